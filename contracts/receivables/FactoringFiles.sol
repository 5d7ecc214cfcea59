// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../interfaces/IDocuments.sol";
import {IFactoringFiles} from "../interfaces/IFactoringFiles.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPieceBook} from "../interfaces/IPieceBook.sol";
import {IReceivables} from "../interfaces/IReceivables.sol";
import {AlreadyUsed, NotParty, Unknown, WrongState, ZeroAmount, ZeroHash} from "../libraries/Errors.sol";
import {Filed} from "../libraries/Filed.sol";
import {Kinds} from "../libraries/Kinds.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title FactoringFiles
/// @notice The promise is in IFactoringFiles.
/// @dev Immutable: it holds papers and what was said of them, and decides nothing about money.
contract FactoringFiles is IFactoringFiles, Filed {
    uint8 private constant RECEIVABLE_ACCEPTED = 2;
    uint8 private constant APPLIED = 1;
    uint8 private constant APPROVED = 2;
    uint8 private constant REJECTED = 3;
    uint8 private constant OUTDATED = 4;
    uint8 private constant PAPERS = 3;
    /// What was confirmed on an order is not delivered yet, so nothing is invoiced either.
    uint8 private constant PAPERS_OF_ORDER = 1;

    IPieceBook public immutable pieceBook;
    IReceivables public immutable receivables;

    uint64 public count;
    mapping(uint64 => File) private _files;
    mapping(uint64 => mapping(uint8 => Paper)) private _papers;
    mapping(uint64 => mapping(address => Application)) private _applications;

    constructor(
        IParticipants participants_,
        IDocuments documents_,
        IPieceBook pieceBook_,
        IReceivables receivables_
    ) Filed(participants_, documents_) {
        pieceBook = pieceBook_;
        receivables = receivables_;
    }

    // --- reading ---

    function file(uint64 id) external view returns (File memory) {
        return _files[id];
    }

    function paper(uint64 id, uint8 kind) external view returns (Paper memory) {
        return _papers[id][kind];
    }

    function application(uint64 id, address financier) external view returns (Application memory) {
        return _applications[id][financier];
    }

    function standing(uint64 id, address financier) public view returns (uint8 state) {
        Application storage a = _applications[id][financier];
        state = a.state;
        if (state > APPLIED && a.version != _files[id].version) state = OUTDATED;
    }

    // --- supplier ---

    function checkOpen(uint64 receivable, uint64 pieceStart, uint64 start, uint64 end, address supplier)
        public
        view
    {
        participants.requireRole(supplier, Roles.SUPPLIER);
        uint8 state = receivables.receivable(receivable).state;
        if (state != RECEIVABLE_ACCEPTED) {
            revert WrongState("RECEIVABLE", receivable, state, RECEIVABLE_ACCEPTED);
        }
        if (start >= end) revert ZeroAmount();
        IPieceBook.Piece memory p = pieceBook.piece(receivable, pieceStart);
        if (p.holder != supplier) revert IPieceBook.NotHolder(supplier, p.holder);
        if (start < pieceStart || end > p.end) revert IPieceBook.CutOutside(pieceStart, p.end, end);
    }

    function open(uint64 receivable, uint64 pieceStart, uint64 start, uint64 end)
        external
        returns (uint64 id)
    {
        checkOpen(receivable, pieceStart, start, end, msg.sender);
        id = ++count;
        _files[id] = File(msg.sender, receivable, participants.today(), start, end, 0, 0);
        emit FileOpened(id, receivable, msg.sender, start, end);
    }

    function checkFile(uint64 id, uint8 kind, bytes32 document, address registrar, address supplier)
        public
        view
    {
        File storage f = _own(id, supplier);
        uint8 place = _placeOf(kind);
        if (f.papers + 1 < place) revert PaperMissing(id, f.papers, place - 1);
        bytes32 former = _papers[id][kind].document;
        if (document == former) revert AlreadyUsed("PAPER", document);
        if (kind == Kinds.INVOICE) {
            _requireInvoice(f, document);
        } else {
            _requirePaper(f, kind, document, registrar, former);
        }
    }

    function filePaper(uint64 id, uint8 kind, bytes32 document, address registrar) external {
        checkFile(id, kind, document, registrar, msg.sender);
        File storage f = _files[id];
        bytes32 former = _papers[id][kind].document;
        if (former == 0) ++f.papers;
        uint16 version = ++f.version;
        if (kind == Kinds.INVOICE) registrar = msg.sender;
        _papers[id][kind] = Paper(document, registrar, participants.today());
        emit PaperFiled(id, kind, document, registrar, version, former);
    }

    function checkApply(uint64 id, address financier, bytes32 document, address supplier) public view {
        File storage f = _own(id, supplier);
        uint8 needed = receivables.receivable(f.receivable).order ? PAPERS_OF_ORDER : PAPERS;
        if (f.papers < needed) revert PaperMissing(id, f.papers, needed);
        participants.requireRole(financier, Roles.FINANCIER);
        uint8 state = standing(id, financier);
        if (state == APPLIED || state == APPROVED) revert WrongState("APPLICATION", id, state, 0);
        documents.requireKnown(document, supplier, Kinds.APPLICATION);
    }

    function applyTo(uint64 id, address financier, bytes32 document) external {
        checkApply(id, financier, document, msg.sender);
        uint16 version = _files[id].version;
        _applications[id][financier] =
            Application(document, participants.today(), 0, version, APPLIED, bytes32(0));
        emit AppliedFor(id, financier, document, version);
    }

    // --- financier ---

    function checkReview(
        uint64 id,
        uint16 version,
        bool approved,
        bytes32 document,
        bytes32 reason,
        address financier
    ) public view {
        uint16 present = _known(id).version;
        uint8 state = _applications[id][financier].state;
        if (state != APPLIED) revert WrongState("APPLICATION", id, state, APPLIED);
        if (version != present) revert StaleFile(id, version, present);
        if (!approved && reason == 0) revert ZeroHash("REASON");
        participants.requireRole(financier, Roles.FINANCIER);
        documents.requireKnown(document, financier, Kinds.REVIEW_RESULT);
    }

    function review(uint64 id, uint16 version, bool approved, bytes32 document, bytes32 reason) external {
        checkReview(id, version, approved, document, reason, msg.sender);
        Application storage a = _applications[id][msg.sender];
        a.state = approved ? APPROVED : REJECTED;
        a.version = version;
        a.reviewedOn = participants.today();
        a.review = document;
        emit FileReviewed(id, msg.sender, approved, document, reason, version);
    }

    // --- small parts ---

    function _known(uint64 id) private view returns (File storage f) {
        f = _files[id];
        if (f.supplier == address(0)) revert Unknown("FILE", id);
    }

    function _own(uint64 id, address supplier) private view returns (File storage f) {
        f = _known(id);
        if (supplier != f.supplier) revert NotParty(supplier, f.supplier);
        participants.requireActive(supplier);
    }

    function _placeOf(uint8 kind) private pure returns (uint8) {
        if (kind == Kinds.ORDER) return 1;
        if (kind == Kinds.DELIVERY) return 2;
        if (kind == Kinds.INVOICE) return 3;
        revert IDocuments.KindUnknown(kind);
    }

    /// @dev A correction says itself what it corrects: its registration names the paper that it supersedes.
    function _requirePaper(File storage f, uint8 kind, bytes32 document, address registrar, bytes32 former)
        private
        view
    {
        if (registrar != f.supplier) {
            address obligor = receivables.receivable(f.receivable).obligor;
            if (registrar != obligor) revert NotParty(registrar, obligor);
        }
        documents.requireKnown(document, registrar, kind);
        if (former == 0) return;
        bytes32 superseded = documents.document(document, registrar).supersedes;
        if (superseded != former) revert NotSuperseding(document, superseded, former);
    }

    /// @dev The first supplier's invoice is the one the payable was confirmed against; a later holder's is its own.
    function _requireInvoice(File storage f, bytes32 fingerprint) private view {
        (, address payee, uint8 kind,,,,) = documents.obligation(fingerprint);
        if (kind == 0) revert IDocuments.ObligationUnknown(fingerprint);
        if (kind != Kinds.INVOICE) {
            revert WrongState("DOCUMENT_KIND", uint256(fingerprint), kind, Kinds.INVOICE);
        }
        if (payee != f.supplier) revert NotParty(f.supplier, payee);
        IReceivables.Receivable memory r = receivables.receivable(f.receivable);
        if (r.supplier == f.supplier && r.fingerprint != fingerprint) {
            revert InvoiceMismatch(fingerprint, r.fingerprint);
        }
    }
}
