// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {ICreditLines} from "../../../contracts/interfaces/ICreditLines.sol";
import {IDocuments} from "../../../contracts/interfaces/IDocuments.sol";
import {IGreenBond} from "../../../contracts/interfaces/IGreenBond.sol";
import {IParticipants} from "../../../contracts/interfaces/IParticipants.sol";
import {IPieceBook} from "../../../contracts/interfaces/IPieceBook.sol";
import {IPowers} from "../../../contracts/interfaces/IPowers.sol";
import {IProceeds} from "../../../contracts/interfaces/IProceeds.sol";
import {IProceedsBooks} from "../../../contracts/interfaces/IProceedsBooks.sol";
import {IReceivables} from "../../../contracts/interfaces/IReceivables.sol";
import {BankActs} from "./BankActs.sol";

/// @title Acts that nobody may do: every one of them must be refused
abstract contract Attacks is BankActs {
    function attack_cash(uint256 seed) external rolling(seed) {
        ICash cash = cashes[0];
        address pool = _proceedsAxis("POOL", 1);
        address who = _someAttacker();
        uint256 sort = _roll(8);
        if (sort == 0) _forbid("CASH-1", who, address(cash), abi.encodeCall(ICash.transfer, (pool, 1)));
        if (sort == 1) {
            _forbid("CASH-1", cash.bank(), address(cash), abi.encodeCall(ICash.mint, (pool, 1, PAPER)));
        }
        if (sort == 2) _forbid("CASH-1", who, address(cash), _shift());
        if (sort == 3) _forbid("CASH-1", who, address(cash), _payOut(who));
        if (sort == 4) _forbid("CASH-1", who, address(cash), _collect());
        if (sort == 5) {
            _forbid(
                "CASH-1", operator, address(cash), abi.encodeCall(ICash.setController, ("PROCEEDS", operator))
            );
        }
        if (sort == 7) {
            address axis = _odd(2) ? pool : _claimAxis("MATURITY", who);
            _forbid("CASH-1", operator, address(participants), _admission(axis));
        }
        if (sort == 6) {
            _forbid("CASH-1", who, address(cash), abi.encodeCall(ICash.transferFrom, (_other(who), who, 1)));
        }
    }

    /// @dev The operator errs or colludes: a bond's pool, or a claim that waits for its first fen, as a participant.
    function _admission(address axis) private pure returns (bytes memory) {
        IParticipants.Admission memory a = IParticipants.Admission(type(uint32).max, false, FAR, 0);
        return abi.encodeCall(IParticipants.admit, (axis, keccak256("axis"), "axis", a, PAPER));
    }

    function _someAttacker() private returns (address) {
        uint256 sort = _roll(5);
        if (sort == 0) return outsider;
        if (sort == 1) return operator;
        if (sort == 2) return address(office);
        return _one(everybody);
    }

    /// @dev Somebody who never approves: in these tests only `cash_transferFrom` grants a participant anything.
    function _other(address who) private view returns (address) {
        return who == operator ? guardian : operator;
    }

    function _shift() private pure returns (bytes memory) {
        bytes32 pool = keccak256(abi.encode("POOL", uint256(1)));
        return abi.encodeCall(ICash.shift, ("PROCEEDS", pool, keccak256("elsewhere"), 1, PAPER));
    }

    function _payOut(address to) private pure returns (bytes memory) {
        return
            abi.encodeCall(ICash.pay, ("PROCEEDS", keccak256(abi.encode("POOL", uint256(1))), to, 1, PAPER));
    }

    function _collect() private view returns (bytes memory) {
        return abi.encodeCall(ICash.collect, ("PROCEEDS", keccak256("elsewhere"), investors[0], 1, PAPER));
    }

    function attack_proceeds(uint256 seed) external rolling(seed) {
        address who = _someAttacker();
        uint256 sort = _roll(5);
        bytes memory data;
        if (sort == 0) data = abi.encodeCall(IProceeds.payEncumbered, (1, 0, 1, who));
        if (sort == 1) data = abi.encodeCall(IProceeds.releaseEncumbrance, (1));
        if (sort == 2) data = abi.encodeCall(IProceeds.encumber, (1, 1000, issuers[0], PAPER, 1));
        if (sort == 3) data = abi.encodeCall(IProceeds.returnBooking, (1, investors[0], 1));
        if (sort == 4) data = abi.encodeCall(IProceedsBooks.closeBooks, (1, 0, 0));
        if (who == address(office) && sort > 2) return;
        _forbid("BOND-1", who, address(proceeds), data);
    }

    function attack_book(uint256 seed) external rolling(seed) {
        address who = _someAttacker();
        uint256 sort = _roll(4);
        bytes memory data;
        if (sort == 0) {
            data = abi.encodeCall(IPieceBook.open, (7000, who, 100, IPieceBook.Limits(1, 9, 9, 0, 0)));
        }
        if (sort == 1) data = abi.encodeCall(IPieceBook.move, (1, 0, 0, suppliers[0], who, PAPER));
        if (sort == 2) data = abi.encodeCall(IPieceBook.discharge, (1, 0, 3));
        if (sort == 3) data = abi.encodeCall(IPieceBook.lock, (1, 0, 0));
        _forbid("PIECE-1", who, address(book), data);
    }

    function attack_modules(uint256 seed) external rolling(seed) {
        address who = _someAttacker();
        uint256 sort = _roll(6);
        if (sort == 0) {
            _forbid("DOC-1", who, address(documents), abi.encodeCall(IDocuments.use, (_anyPaper(), 1)));
        }
        if (sort == 1) {
            _forbid("DOC-1", who, address(documents), abi.encodeCall(IDocuments.release, (_anyPaper(), 1)));
        }
        if (sort == 2) {
            _forbid("LINE-1", who, address(creditLines), abi.encodeCall(ICreditLines.release, (1, 1)));
        }
        if (sort == 3) {
            _forbid("PIECE-1", who, address(receivables), abi.encodeCall(IReceivables.markSettled, (1)));
        }
        if (sort == 4 && who != address(office)) {
            _forbid("BOND-1", who, office.bond(1).token, abi.encodeCall(IGreenBond.mint, (investors[0], 1)));
        }
        if (sort == 5) {
            _forbid("CASH-1", operator, address(powers), abi.encodeCall(IPowers.wire, (address(book), "")));
        }
    }

    function _anyPaper() private returns (bytes32) {
        return _papers.length == 0 ? PAPER : _papers[_roll(_papers.length)].fingerprint;
    }

    function _forbid(bytes32 spec, address who, address target, bytes memory data) private {
        (bool ok,) = _act("attack", who, target, data);
        _must(!ok, spec, "a forbidden act was accepted");
    }
}
