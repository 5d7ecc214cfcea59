// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFinancing} from "../interfaces/IFinancing.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IReceivables} from "../interfaces/IReceivables.sol";
import {
    AlreadyUsed,
    AmountTooLarge,
    DateOutOfOrder,
    DeadlinePassed,
    NotParty,
    Unknown,
    WrongState,
    ZeroAmount
} from "../libraries/Errors.sol";
import {Kinds} from "../libraries/Kinds.sol";
import {Powered} from "../libraries/Powered.sol";
import {Roles} from "../libraries/Roles.sol";
import {Signed} from "../libraries/Signed.sol";

/// @title Financing
/// @notice The promise is in IFinancing.
contract Financing is IFinancing, Signed, Powered {
    bytes32 private constant QUOTE_TYPE = keccak256(
        "Quote(uint64 receivable,uint64 pieceStart,uint16 sequence,uint64 start,uint64 end,address holder,address financier,uint32 ratePpm,uint32 fundingDay,uint64 discount,uint64 fee,uint64 net,uint256 nonce,uint64 deadline)"
    );
    uint256 private constant YEAR = 360;
    uint256 private constant PPM = 1_000_000;
    uint8 private constant RECEIVABLE_ACCEPTED = 2;
    uint8 private constant ACCEPTED = 1;
    uint8 private constant FUNDED = 2;
    uint8 private constant LAPSED = 3;

    struct Deal {
        uint8 state;
        uint16 lockedSequence;
    }

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IPieceBook public immutable pieceBook;
    IReceivables public immutable receivables;

    mapping(bytes32 => Deal) private _deals;
    mapping(address => mapping(uint256 => bool)) public nonceUsed;
    mapping(address => mapping(bytes32 => bool)) public registrationUsed;

    constructor(
        address powers_,
        IParticipants participants_,
        IDocuments documents_,
        IPieceBook pieceBook_,
        IReceivables receivables_
    ) Powered(powers_) {
        participants = participants_;
        documents = documents_;
        pieceBook = pieceBook_;
        receivables = receivables_;
    }

    // --- reading ---

    function quoteDigest(Quote calldata q) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(QUOTE_TYPE, q)));
    }

    function stateOf(bytes32 digest) external view returns (uint8) {
        return _deals[digest].state;
    }

    function discountHalfUp(uint64 face, uint32 ratePpm, uint32 days_) public pure returns (uint64) {
        uint256 whole = YEAR * PPM;
        uint256 discount = (uint256(face) * ratePpm * days_ + whole / 2) / whole;
        if (discount > type(uint64).max) revert AmountTooLarge(discount, type(uint64).max);
        return uint64(discount);
    }

    function checkQuote(Quote calldata q) public view {
        if (q.start >= q.end) revert ZeroAmount();
        if (block.timestamp > q.deadline) revert DeadlinePassed(q.deadline, block.timestamp);
        if (nonceUsed[q.financier][q.nonce]) revert AlreadyUsed("NONCE", bytes32(q.nonce));
        uint32 day = participants.today();
        if (q.fundingDay < day) revert DateOutOfOrder("FUNDING_DAY", q.fundingDay, day);
        participants.requireRole(q.financier, Roles.FINANCIER);
        IReceivables.Receivable memory r = receivables.receivable(q.receivable);
        if (r.state != RECEIVABLE_ACCEPTED) {
            revert WrongState("RECEIVABLE", q.receivable, r.state, RECEIVABLE_ACCEPTED);
        }
        if (q.fundingDay >= r.due) revert DateOutOfOrder("DUE", r.due, q.fundingDay);
        uint64 discount = discountHalfUp(q.end - q.start, q.ratePpm, r.due - q.fundingDay);
        if (q.discount != discount) revert DiscountMismatch(q.discount, discount);
        uint256 deducted = uint256(q.discount) + q.fee;
        uint64 face = q.end - q.start;
        if (deducted >= face || q.net != face - deducted) {
            revert NetMismatch(q.net, deducted < face ? face - deducted : 0);
        }
        pieceBook.checkMove(q.receivable, q.pieceStart, q.sequence, q.start, q.end, q.holder, q.financier);
    }

    // --- holder ---

    function accept(Quote calldata q, bytes calldata signature) external {
        if (msg.sender != q.holder) revert NotParty(msg.sender, q.holder);
        checkQuote(q);
        bytes32 digest = quoteDigest(q);
        _requireSigned(q.financier, digest, signature);
        nonceUsed[q.financier][q.nonce] = true;
        _deals[digest] = Deal(ACCEPTED, _lockExactly(q));
        emit QuoteAccepted(digest, q.receivable, q.financier, q.holder, q.start, q.end);
    }

    /// @dev Cuts the quoted interval out of its piece and locks it, so that it cannot shrink under the buyer.
    function _lockExactly(Quote calldata q) private returns (uint16 sequence) {
        sequence = q.sequence;
        if (q.start != q.pieceStart) sequence = pieceBook.cut(q.receivable, q.pieceStart, sequence, q.start);
        if (q.end != pieceBook.piece(q.receivable, q.start).end) {
            sequence = pieceBook.cut(q.receivable, q.start, sequence, q.end);
        }
        return pieceBook.lock(q.receivable, q.start, sequence);
    }

    // --- financier ---

    /// @dev FIN-1: money and piece in this one transaction. 77号文 art. 13: registered before money moves.
    function fund(Quote calldata q, bytes32 registration, bytes32 search) external {
        if (msg.sender != q.financier) revert NotParty(msg.sender, q.financier);
        bytes32 digest = quoteDigest(q);
        Deal memory deal = _accepted(digest);
        if (block.timestamp > q.deadline) revert DeadlinePassed(q.deadline, block.timestamp);
        uint32 day = participants.today();
        if (q.fundingDay != day) revert DateOutOfOrder("FUNDING_DAY", q.fundingDay, day);
        participants.requireRole(msg.sender, Roles.FINANCIER);
        documents.requireKnown(search, msg.sender, Kinds.REGISTRY_SEARCH);
        documents.requireKnown(registration, msg.sender, Kinds.REGISTRATION);
        // 中登网 registers one assignment at a time: one certificate stands behind one financing.
        if (registrationUsed[msg.sender][registration]) revert AlreadyUsed("REGISTRATION", registration);
        registrationUsed[msg.sender][registration] = true;
        _deals[digest].state = FUNDED;
        ICash cash = ICash(receivables.receivable(q.receivable).cash);
        uint16 sequence = pieceBook.unlock(q.receivable, q.start, deal.lockedSequence);
        pieceBook.move(q.receivable, q.start, sequence, q.holder, q.financier, digest);
        cash.transferFromWithDocument(q.financier, q.holder, q.net, digest);
        emit Financed(digest, q.receivable, q.financier, q, registration, search);
    }

    function revoke(uint256 nonce) external {
        if (nonceUsed[msg.sender][nonce]) revert AlreadyUsed("NONCE", bytes32(nonce));
        nonceUsed[msg.sender][nonce] = true;
        emit QuoteRevoked(msg.sender, nonce);
    }

    function lapse(Quote calldata q) external {
        bytes32 digest = quoteDigest(q);
        Deal memory deal = _accepted(digest);
        if (block.timestamp <= q.deadline) revert QuoteNotLapsed(digest, q.deadline, block.timestamp);
        _deals[digest].state = LAPSED;
        pieceBook.unlock(q.receivable, q.start, deal.lockedSequence);
        emit QuoteLapsed(digest);
    }

    function _accepted(bytes32 digest) private view returns (Deal memory deal) {
        deal = _deals[digest];
        if (deal.state == 0) revert Unknown("QUOTE", uint256(digest));
        if (deal.state != ACCEPTED) revert WrongState("QUOTE", uint256(digest), deal.state, ACCEPTED);
    }
}
