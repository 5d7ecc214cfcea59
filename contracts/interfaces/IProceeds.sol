// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title A bond's fen: origin numbers and states, the gate, encumbrances and refunds
/// @notice BOND-1: at every block each of the `[0, raised)` fen is in exactly one state: cost, unallocated, placed, lost,
/// available, encumbered, spent or returned. BOND-2: a payment or an encumbrance leaves a budget line only with an
/// admitted payee, an eligible category, a review in force, enough budget, and obligation capacity; what was encumbered
/// is paid unconditionally. No coupon is paid from here.
/// A refund names the payment it reverses and takes that payment's next unrefunded fen, by one counter per payment:
/// the returning fen inherit the reversed interval's origin.
/// Assumes: the order of an encumbrance's payouts is the order of the receivable's fen (checked), so that out-offset
/// and piece start are the same number.
interface IProceeds {
    struct States {
        uint256 cost;
        uint256 unallocated;
        uint256 placed;
        uint256 lost;
        uint256 available;
        uint256 encumbered;
        uint256 spent;
        uint256 returned;
    }

    struct Project {
        address company;
        uint32 framework;
        uint8 category;
        uint96 budget; // the project's total investment, or what the issuer assigns where none is published
        uint96 allocated; // over all bonds
    }

    /// @param companyMaySpend the issuer lets the project company confirm payables from this line
    struct Line {
        address issuer;
        uint32 bond;
        uint32 project;
        uint8 category;
        bool companyMaySpend;
        address cash;
        uint32 framework;
        bytes3 currency;
        uint96 budget;
        uint96 allocated;
    }

    event ProjectRegistered(
        uint32 indexed project,
        uint32 indexed framework,
        address indexed company,
        uint8 category,
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
    event Paid(
        uint32 indexed bond,
        uint32 indexed line,
        address indexed payee,
        bytes32 fingerprint,
        uint256 amount,
        uint256 outOffset
    );
    event Encumbered(uint32 indexed bond, uint32 indexed line, uint64 indexed receivable, uint256 amount);
    event EncumbranceReleased(
        uint32 indexed bond, uint32 indexed line, uint64 indexed receivable, uint256 amount
    );
    event EncumbrancePaid(
        uint32 indexed bond,
        uint64 indexed receivable,
        address indexed holder,
        uint64 start,
        uint64 end,
        bool kept
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
    error FrameworkMismatch(uint32 had, uint32 needed);
    error RefundTooLarge(uint256 had, uint256 needed);
    error NoSuchPayment(bytes32 payment);
    error TooManyLines(uint32 bond, uint256 limit);
    error OutOfOrder(uint64 receivable, uint256 had, uint256 needed);

    function states(uint32 bond) external view returns (States memory);
    /// @return raised fen; zero before closing
    function raised(uint32 bond) external view returns (uint256);
    function project(uint32 id) external view returns (Project memory);
    function line(uint32 id) external view returns (Line memory);
    function linesOf(uint32 bond) external view returns (uint32[] memory);
    function counts() external view returns (uint32 projects, uint32 lines);
    function encumbranceOf(uint64 receivable) external view returns (uint32 line, uint96 amount);
    /// @notice The gate as a question: reverts with `pay`'s own error.
    function checkPay(uint32 line, bytes32 fingerprint, uint256 amount) external view;
    function checkEncumber(uint32 line, address obligor, uint256 amount) external view;

    // --- issuer ---
    function registerProject(
        uint32 framework,
        address company,
        bytes32 category,
        uint96 budget,
        string calldata label,
        bytes32 document
    ) external returns (uint32 id);
    function openLine(uint32 bond, uint32 project, uint96 budget, bool companyMaySpend, string calldata label)
        external
        returns (uint32 id);
    function allocate(uint32 line, uint256 amount) external;
    function deallocate(uint32 line, uint256 amount) external;
    function payCost(uint32 bond, address payee, uint256 amount, bytes32 document) external;
    function pay(uint32 line, bytes32 fingerprint, uint256 amount) external returns (uint256 outOffset);

    // --- payees ---
    /// @param outOffset where the reversed payment left the line's axis
    function refund(uint32 line, uint256 outOffset, bytes32 fingerprint, uint256 amount, bytes32 document)
        external;
    /// @notice Reverses a payout at maturity: of the piece that started at `start`, by its last holder.
    function refundEncumbered(uint64 receivable, uint64 start, uint256 amount, bytes32 document) external;
    /// @notice Pays the caller what waits on its claim axis; the move itself is the record.
    function claim(address cash) external;

    // --- modules ---
    function openBooks(uint32 bond, address issuer, uint32 framework, address cash) external;
    function collectBooking(uint32 bond, address investor, uint256 amount) external;
    function acceptBooking(uint32 bond, address investor, uint256 amount) external;
    function returnBooking(uint32 bond, address investor, uint256 amount) external;
    function closeBooks(uint32 bond, uint256 cost, uint32 valueDate) external returns (uint256 raised);
    /// @notice Takes unallocated proceeds out for a redemption; refused when the pool holds less.
    function returnUnused(uint32 bond, uint256 amount) external;
    function payReturned(uint32 bond, address holder, uint256 amount, bytes32 document)
        external
        returns (bool kept);
    function encumber(uint32 line, uint64 receivable, address obligor, bytes32 fingerprint, uint256 amount)
        external;
    function releaseEncumbrance(uint64 receivable) external;
    function payEncumbered(uint64 receivable, uint64 start, uint64 end, address holder) external;
}
