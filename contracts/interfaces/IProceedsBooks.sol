// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The acts on a bond's books that are done once or now and then: books, projects, lines, refunds
/// @notice One promise with IProceeds, and one address: Proceeds hands these acts on to the code that has them.
interface IProceedsBooks {
    struct Project {
        address company;
        uint32 framework;
        uint8 category;
        bytes3 currency; // of its budget, and of every bond that pays into it
        uint96 budget; // the project's total investment, or what the issuer assigns where none is published
        uint96 allocated; // over all bonds
    }

    /// @param companyMaySpend the issuer lets the project company confirm payables from this line
    /// @param conditions what the gate asks beside the ordinary, as bits: 1 milestones, 2 retention, 4 a pocket,
    /// 8 a certifier; where there is none it reads nothing more
    struct Line {
        address issuer;
        uint32 bond;
        uint32 project;
        uint8 category;
        bool companyMaySpend;
        uint8 conditions;
        address cash;
        uint32 framework;
        bytes3 currency;
        uint96 budget;
        uint96 allocated;
    }

    /// @param state 1 proposed, 2 done, 3 withdrawn
    struct Reallocation {
        uint32 from;
        uint32 to;
        uint8 state;
        uint96 amount;
    }

    event ProjectRegistered(
        uint32 indexed project,
        uint32 indexed framework,
        address indexed company,
        uint8 category,
        bytes3 currency,
        uint96 budget,
        string label,
        bytes32 document
    );
    event LineOpened(
        uint32 indexed line,
        uint32 indexed bond,
        uint32 indexed project,
        uint96 budget,
        bool companyMaySpend,
        string label
    );
    event BondBooksOpened(uint32 indexed bond, address indexed issuer, uint32 framework, address cash);
    event ProceedsReceived(uint32 indexed bond, uint256 raised, uint256 cost, uint32 valueDate);
    event CostPaid(uint32 indexed bond, address indexed payee, uint256 amount, bytes32 document);
    event Allocated(uint32 indexed bond, uint32 indexed line, uint256 amount);
    event Deallocated(uint32 indexed bond, uint32 indexed line, uint256 amount);
    event ReallocationProposed(
        uint32 indexed reallocation, uint32 indexed from, uint32 indexed to, uint256 amount, bytes32 document
    );
    event ReallocationWithdrawn(uint32 indexed reallocation);
    /// @notice Available money of one budget line is another's, with the consent of the framework's verifier.
    event Reallocated(
        uint32 indexed reallocation,
        uint32 indexed from,
        uint32 indexed to,
        uint256 amount,
        address verifier,
        bytes32 document
    );
    /// @notice The fen `[reversedOffset, + amount)` that left `axis` came back as `[inOffset, + amount)` of the line.
    event Refunded(
        uint32 indexed bond,
        uint32 indexed line,
        address indexed axis,
        uint256 reversedOffset,
        uint256 amount,
        uint256 inOffset,
        bytes32 document
    );

    error OverBudget(uint32 line, uint256 had, uint256 needed);
    error OverAllocated(uint32 project, uint256 had, uint256 needed);
    error OverProceeds(uint32 bond, uint256 had, uint256 needed);
    error BondMismatch(uint32 had, uint32 needed);
    error FrameworkMismatch(uint32 had, uint32 needed);
    error RefundTooLarge(uint256 had, uint256 needed);
    error NoSuchPayment(bytes32 payment);
    error TooManyLines(uint32 bond, uint256 limit);

    // --- issuer ---
    function registerProject(
        uint32 framework,
        address company,
        bytes32 category,
        bytes3 currency,
        uint96 budget,
        string calldata label,
        bytes32 document
    ) external returns (uint32 id);
    function openLine(uint32 bond, uint32 project, uint96 budget, bool companyMaySpend, string calldata label)
        external
        returns (uint32 id);
    /// @notice May the issuer allocate this much to the line, and if not why: reverts with `allocate`'s own error.
    function checkAllocate(uint32 line, uint256 amount) external view;
    /// @notice The same of taking unspent money off it: reverts with `deallocate`'s own error.
    function checkDeallocate(uint32 line, uint256 amount) external view;
    function allocate(uint32 line, uint256 amount) external;
    /// @notice Back to the pool, unspent; refused for what the line's works hold back, which only a reallocation moves.
    function deallocate(uint32 line, uint256 amount) external;
    /// @notice Asks the verifier for consent to give available money of one line to another of the same bond.
    function proposeReallocation(uint32 from, uint32 to, uint96 amount, bytes32 document)
        external
        returns (uint32 id);
    function withdrawReallocation(uint32 id) external;
    function payCost(uint32 bond, address payee, uint256 amount, bytes32 document) external;

    // --- verifier ---
    /// @notice By whoever filed the review that is in force: the money moves at once. Eligibility, budgets and what is
    /// available are judged now, not when it was proposed.
    /// @param document the verifier's consent, registered by it
    function consentReallocation(uint32 id, bytes32 document) external;

    // --- payees ---
    /// @param outOffset where the reversed payment left the line's axis
    /// @param uses the document's payments that IDocuments remembers, all, in their order: line (32 bits), offset (112)
    /// and amount (96) of each; a payment beyond those needs none
    function refund(
        uint32 line,
        uint256 outOffset,
        bytes32 fingerprint,
        uint256 amount,
        bytes32 document,
        uint256[] calldata uses
    ) external;
    /// @notice Reverses a payout at maturity: of the piece that started at `start`, by its last holder.
    function refundEncumbered(uint64 receivable, uint64 start, uint256 amount, bytes32 document) external;
    /// @notice Pays the caller what waits on its claim axis; the move itself is the record.
    function claim(address cash) external;

    // --- modules ---
    function openBooks(uint32 bond, address issuer, uint32 framework, address cash) external;
    function closeBooks(uint32 bond, uint256 cost, uint32 valueDate) external returns (uint256 raised);
    /// @notice Takes unallocated proceeds out for a redemption; refused when the pool holds less.
    function returnUnused(uint32 bond, uint256 amount) external;
    /// @notice Pays `payee` all that is kept on the claim axis of `owner`, which may be a key under which money was held;
    /// a payee who cannot receive at that moment keeps a claim of its own.
    function payKept(address cash, address owner, address payee) external returns (uint256 amount);
}
