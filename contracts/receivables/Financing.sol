// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFinancing} from "../interfaces/IFinancing.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IReceivables} from "../interfaces/IReceivables.sol";
import {DayCounts} from "../libraries/DayCounts.sol";
import {
    AlreadyUsed,
    AmountTooLarge,
    DateOutOfOrder,
    DeadlinePassed,
    NotParty,
    SameParty,
    Unknown,
    WrongState,
    ZeroAmount,
    ZeroHash
} from "../libraries/Errors.sol";
import {Kinds} from "../libraries/Kinds.sol";
import {Powered} from "../libraries/Powered.sol";
import {Roles} from "../libraries/Roles.sol";
import {Signed} from "../libraries/Signed.sol";

/// @title Financing
/// @notice The promise is in IFinancing.
contract Financing is IFinancing, Signed, Powered {
    bytes32 private constant QUOTE_TYPE = keccak256(
        "Quote(uint64 receivable,uint64 pieceStart,uint16 sequence,uint64 start,uint64 end,address holder,address financier,uint32 ratePpm,uint8 convention,bool recourse,uint32 fundingDay,uint32 endDay,uint64 discount,uint64 fee,address feePayee,uint64 net,uint256 nonce,uint64 deadline)"
    );
    uint8 private constant ACT_360 = 1;
    uint8 private constant THIRTY_360 = 2;
    uint8 private constant ACT_360_ROLLED = 3;
    /// China's longest closures are eight days, and a weekend may touch them.
    uint32 private constant MOST_ROLLED = 10;
    /// An accepted quote's lock keeps a court's freeze waiting, so it lasts a registration (a day) and the longest closure.
    uint32 private constant MOST_AHEAD = 11;
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

    struct Seller {
        address seller;
        uint64 end;
    }

    IParticipants public immutable participants;
    IDocuments public immutable documents;
    IPieceBook public immutable pieceBook;
    IReceivables public immutable receivables;

    mapping(bytes32 => Deal) private _deals;
    mapping(address => mapping(uint256 => bool)) public nonceUsed;
    mapping(address => mapping(bytes32 => bool)) public registrationUsed;
    mapping(address => mapping(bytes32 => bool)) public numberUsed;
    /// Sold with recourse, by receivable and `_sale`.
    mapping(uint64 => mapping(uint256 => Seller)) private _sellers;

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

    function daysOf(uint8 convention, uint32 fundingDay, uint32 endDay) public pure returns (uint32) {
        if (endDay < fundingDay) revert DateOutOfOrder("END_DAY", endDay, fundingDay);
        if (convention == ACT_360 || convention == ACT_360_ROLLED) return endDay - fundingDay;
        if (convention != THIRTY_360) revert ConventionUnknown(convention);
        (uint256 days_,) = DayCounts.fraction(DayCounts.THIRTY_E_360, fundingDay, endDay, 0, 0, 0);
        return uint32(days_);
    }

    function recourse(uint64 receivable, uint64 pieceStart, uint64 financedStart)
        external
        view
        returns (address)
    {
        IPieceBook.Piece memory p = pieceBook.piece(receivable, pieceStart);
        Seller memory s = _sellers[receivable][_sale(financedStart, p.layers)];
        return financedStart <= pieceStart && p.end <= s.end ? s.seller : address(0);
    }

    /// @dev A fen reaches each layer once, so the layer says whether this sale was its last; a cut keeps the layer.
    function _sale(uint64 start, uint8 layer) private pure returns (uint256) {
        return uint256(start) << 8 | layer;
    }

    function checkQuote(Quote calldata q) public view {
        if (q.start >= q.end) revert ZeroAmount();
        if (block.timestamp > q.deadline) revert DeadlinePassed(q.deadline, block.timestamp);
        if (nonceUsed[q.financier][q.nonce]) revert AlreadyUsed("NONCE", bytes32(q.nonce));
        uint32 day = participants.today();
        if (q.fundingDay < day) revert DateOutOfOrder("FUNDING_DAY", q.fundingDay, day);
        if (q.fundingDay > day + MOST_AHEAD) {
            revert DateOutOfOrder("FUNDING_DAY", day + MOST_AHEAD, q.fundingDay);
        }
        participants.requireRole(q.financier, Roles.FINANCIER);
        _requirePayee(q);
        _requireTerms(q);
        pieceBook.checkMove(q.receivable, q.pieceStart, q.sequence, q.start, q.end, q.holder, q.financier);
    }

    /// @dev A fee apart is a third party's: the two of the deal have it in the net or in the discount.
    function _requirePayee(Quote calldata q) private view {
        if (q.feePayee == address(0)) return;
        if (q.feePayee == q.financier) revert SameParty(q.financier, q.feePayee);
        if (q.feePayee == q.holder) revert SameParty(q.holder, q.feePayee);
        participants.requireActive(q.feePayee);
    }

    function _requireTerms(Quote calldata q) private view {
        IReceivables.Receivable memory r = receivables.receivable(q.receivable);
        if (r.state != RECEIVABLE_ACCEPTED) {
            revert WrongState("RECEIVABLE", q.receivable, r.state, RECEIVABLE_ACCEPTED);
        }
        if (q.fundingDay >= r.due) revert DateOutOfOrder("DUE", r.due, q.fundingDay);
        uint32 last = q.convention == ACT_360_ROLLED ? r.due + MOST_ROLLED : r.due;
        if (q.endDay < r.due || q.endDay > last) revert EndDayUnfit(q.endDay, r.due, last);
        uint64 face = q.end - q.start;
        uint64 discount = discountHalfUp(face, q.ratePpm, daysOf(q.convention, q.fundingDay, q.endDay));
        if (q.discount != discount) revert DiscountMismatch(q.discount, discount);
        uint256 deducted = uint256(q.discount) + q.fee;
        if (deducted >= face || q.net != face - deducted) {
            revert NetMismatch(q.net, deducted < face ? face - deducted : 0);
        }
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

    /// @dev 77号文 art. 13: registered before money moves.
    function fund(Quote calldata q, bytes32 number, bytes32 registration, bytes32 search) external {
        if (msg.sender != q.financier) revert NotParty(msg.sender, q.financier);
        bytes32 digest = quoteDigest(q);
        Deal memory deal = _accepted(digest);
        _requireTimely(q);
        participants.requireRole(msg.sender, Roles.FINANCIER);
        _useRegistration(number, registration, search);
        _deals[digest].state = FUNDED;
        _exchange(q, digest, deal.lockedSequence);
        emit Financed(digest, q.receivable, q.financier, q, number, registration, search);
    }

    function _requireTimely(Quote calldata q) private view {
        if (block.timestamp > q.deadline) revert DeadlinePassed(q.deadline, block.timestamp);
        uint32 day = participants.today();
        if (q.fundingDay != day) revert DateOutOfOrder("FUNDING_DAY", q.fundingDay, day);
    }

    /// @dev 中登网 registers one assignment at a time: one certificate, one number, one financing. The search is the
    /// prior one: filed no later than what it was made for.
    function _useRegistration(bytes32 number, bytes32 registration, bytes32 search) private {
        uint256 filed = _filedAt(search, Kinds.REGISTRY_SEARCH);
        uint256 registered = _filedAt(registration, Kinds.REGISTRATION);
        if (filed > registered) revert SearchedTooLate(search, filed, registered);
        if (number == 0) revert ZeroHash("REGISTRATION_NUMBER");
        if (registrationUsed[msg.sender][registration]) revert AlreadyUsed("REGISTRATION", registration);
        if (numberUsed[msg.sender][number]) revert AlreadyUsed("REGISTRATION_NUMBER", number);
        registrationUsed[msg.sender][registration] = true;
        numberUsed[msg.sender][number] = true;
    }

    function _filedAt(bytes32 paper, uint8 kind) private view returns (uint256) {
        IDocuments.Document memory d = documents.document(paper, msg.sender);
        if (d.kind != kind) revert IDocuments.DocumentUnknown(paper, msg.sender, kind);
        return d.registeredAt;
    }

    /// @dev FIN-1: piece, net and fee in this one transaction.
    function _exchange(Quote calldata q, bytes32 digest, uint16 sequence) private {
        ICash cash = ICash(receivables.receivable(q.receivable).cash);
        if (q.recourse) {
            uint8 next = pieceBook.piece(q.receivable, q.start).layers + 1;
            _sellers[q.receivable][_sale(q.start, next)] = Seller(q.holder, q.end);
        }
        sequence = pieceBook.unlock(q.receivable, q.start, sequence);
        pieceBook.move(q.receivable, q.start, sequence, q.holder, q.financier, digest);
        cash.transferFromWithDocument(q.financier, q.holder, q.net, digest);
        if (q.fee == 0 || q.feePayee == address(0)) return;
        cash.transferFromWithDocument(q.financier, q.feePayee, q.fee, digest);
    }

    function revoke(uint256 nonce) external {
        if (nonceUsed[msg.sender][nonce]) revert AlreadyUsed("NONCE", bytes32(nonce));
        nonceUsed[msg.sender][nonce] = true;
        emit QuoteRevoked(msg.sender, nonce);
    }

    function lapse(Quote calldata q) external {
        bytes32 digest = quoteDigest(q);
        Deal memory deal = _accepted(digest);
        if (block.timestamp <= q.deadline && participants.today() <= q.fundingDay) {
            revert QuoteNotLapsed(digest, q.deadline, block.timestamp);
        }
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
