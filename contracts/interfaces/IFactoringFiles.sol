// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Factoring files: order, delivery, invoice, application, review result, each in its turn
/// @notice FILE-1. A file is about one interval of a receivable. Its supplier, who held it, files the papers in their order:
/// order, then shipment or service, then invoice; a financier it applies to answers with a review result. What is out of
/// order is refused. A corrected paper takes the place of the one that it supersedes, and both stay readable; a review
/// result stands for exactly the papers it looked at, so a correction leaves it outdated.
/// Where the obligor confirmed an order, nothing is delivered or invoiced yet: the application may follow the order.
/// Assumes: hashes only; the papers are sealed off chain. That a paper is what it says is its registrar's word.
interface IFactoringFiles {
    /// @param papers how many of order, delivery and invoice are on file; @param version grows with every paper
    struct File {
        address supplier;
        uint64 receivable;
        uint32 openedOn;
        uint64 start;
        uint64 end;
        uint8 papers;
        uint16 version;
    }

    /// @param document its hash, an invoice's fingerprint; @param day business date of the filing
    struct Paper {
        bytes32 document;
        address registrar;
        uint32 day;
    }

    /// @param state 1 applied, 2 approved, 3 rejected; @param version of the file that was reviewed
    struct Application {
        bytes32 document;
        uint32 appliedOn;
        uint32 reviewedOn;
        uint16 version;
        uint8 state;
        bytes32 review;
    }

    event FileOpened(
        uint64 indexed file, uint64 indexed receivable, address indexed supplier, uint64 start, uint64 end
    );
    /// @param supersedes the paper it takes the place of, or zero
    event PaperFiled(
        uint64 indexed file,
        uint8 indexed kind,
        bytes32 document,
        address registrar,
        uint16 version,
        bytes32 supersedes
    );
    event AppliedFor(uint64 indexed file, address indexed financier, bytes32 document, uint16 version);
    event FileReviewed(
        uint64 indexed file,
        address indexed financier,
        bool approved,
        bytes32 document,
        bytes32 reason,
        uint16 version
    );

    /// @param had papers on file; @param needed how many there must be before this act
    error PaperMissing(uint64 file, uint8 had, uint8 needed);
    error NotSuperseding(bytes32 document, bytes32 had, bytes32 needed);
    error InvoiceMismatch(bytes32 had, bytes32 needed);
    error StaleFile(uint64 file, uint16 had, uint16 needed);

    function count() external view returns (uint64);
    function file(uint64 id) external view returns (File memory);
    /// @param kind order 37, delivery 34 or invoice 1
    function paper(uint64 id, uint8 kind) external view returns (Paper memory);
    function application(uint64 id, address financier) external view returns (Application memory);
    /// @return state as in `Application`, or 4: reviewed, and a paper changed since
    function standing(uint64 id, address financier) external view returns (uint8 state);

    /// @notice Each reverts with the act's own error.
    function checkOpen(uint64 receivable, uint64 pieceStart, uint64 start, uint64 end, address supplier)
        external
        view;
    function checkFile(uint64 id, uint8 kind, bytes32 document, address registrar, address supplier)
        external
        view;
    function checkApply(uint64 id, address financier, bytes32 document, address supplier) external view;
    function checkReview(
        uint64 id,
        uint16 version,
        bool approved,
        bytes32 document,
        bytes32 reason,
        address financier
    ) external view;

    // --- supplier ---
    /// @param pieceStart the piece of the sender's that holds `[start, end)`
    function open(uint64 receivable, uint64 pieceStart, uint64 start, uint64 end) external returns (uint64 id);
    /// @param registrar who registered the document: the supplier or the obligor; of an invoice it is not asked
    function filePaper(uint64 id, uint8 kind, bytes32 document, address registrar) external;
    /// @notice Several financiers may be asked; each only once at a time.
    function applyTo(uint64 id, address financier, bytes32 document) external;

    // --- financier ---
    /// @param version of the file that was looked at; @param reason its hash, needed for a rejection
    function review(uint64 id, uint16 version, bool approved, bytes32 document, bytes32 reason) external;
}
