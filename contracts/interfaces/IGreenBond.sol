// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Units of one green bond: ERC-20 with no decimals, moved among admitted investors only
/// @dev The units of a green loan are the same, moved among the lenders of its facility only (`IFacilities`).
/// @notice HOLD-1: units are conserved: they appear at allotment only, and none ever disappears.
/// HOLD-2: an entitlement follows the holding at the end of the record day, whatever happens later. A record day is
/// announced no later than on the day itself, and then never moves. A day that is not over yet has no answer.
/// HOLD-3: units stop, start again or move without their holder's will by a named authority only, with a reason and a
/// document which that authority registered. There are two: whoever has the role AUTHORITY (a regulator or a court), and
/// the issuer's depository, by mandate. What the depository stopped either lifts; what an AUTHORITY stopped only an
/// AUTHORITY lifts. Units move by force on an AUTHORITY's own act only, to an admitted investor. Neither the issuer
/// alone nor the operator can do any of this.
/// Assumes: `Participants` tells the truth about admission and the day; `Mandates` about grants. The office is the one
/// that made this clone, and it mints what a paid booking is due without asking the investor's admission again: moving
/// the units later is asked.
/// Danger: freezing is by holder and kind of authority, not by order: lifting it lifts what several orders froze.
interface IGreenBond is IERC20 {
    /// @param frozenByAuthority, @param frozenByDepository of the units: they cannot be given away
    /// @param since day of the last change; @param checkpoints how many holdings before it are kept
    /// @param frozenBy bit mask of the authorities that froze the whole account (1 AUTHORITY, 2 depository)
    struct Holding {
        uint64 units;
        uint64 frozenByAuthority;
        uint64 frozenByDepository;
        uint32 since;
        uint16 checkpoints;
        uint8 frozenBy;
    }

    /// @notice `units` were held at the end of every day in `[since, until)`.
    struct Checkpoint {
        uint32 since;
        uint32 until;
        uint64 units;
    }

    /// @param by who acted; @param reason a code of `ledger.domain.reasons`; @param document registered by `by`
    event Frozen(address indexed holder, address indexed by, uint8 reason, bytes32 document);
    event Unfrozen(address indexed holder, address indexed by, uint8 reason, bytes32 document);
    event UnitsFrozen(
        address indexed holder, address indexed by, uint64 units, uint8 reason, bytes32 document
    );
    event UnitsUnfrozen(
        address indexed holder, address indexed by, uint64 units, uint8 reason, bytes32 document
    );
    event ForcedTransfer(
        address indexed from,
        address indexed to,
        address indexed by,
        uint64 units,
        uint8 reason,
        bytes32 document
    );
    event Paused(address indexed by, uint8 reason, bytes32 document);
    event Unpaused(address indexed by, uint8 reason, bytes32 document);
    event CustodyTransfer(
        address indexed from, address indexed to, address indexed depository, uint64 units, bytes32 document
    );
    event RecordDayAdded(uint32 day);
    event Retired();

    error BondPaused(uint32 bond, uint8 pausedBy);
    error BondRetired(uint32 bond);
    error AccountFrozen(address holder, uint8 frozenBy);
    error UnitsNotFree(address holder, uint256 had, uint256 needed);
    error UnitsNotFrozen(address holder, uint256 had, uint256 needed);
    error NotStopped(uint8 had, uint8 needed);
    error ReasonMissing();
    error RecordDayUnknown(uint32 day);
    error RecordDayOpen(uint32 day, uint32 today);
    error TooManyRecordDays(uint256 limit);

    /// @param lenders whoever says who may hold the units of a loan; zero for a bond
    function initialize(address office, uint32 bond, string calldata label, address lenders) external;
    function lenders() external view returns (address);
    function office() external view returns (address);
    function bondId() external view returns (uint32);
    function holding(address holder) external view returns (Holding memory);
    /// @return retired true after full redemption
    /// @return pausedBy as `Holding.frozenBy`
    function status() external view returns (bool retired, uint8 pausedBy);
    function recordDays() external view returns (uint32[] memory);

    // --- asking first ---

    /// @notice May these units move, and if not why: reverts with the transfer's own error.
    function checkTransfer(address from, address to, uint256 units) external view;
    /// @return code of the refusal `checkTransfer` gives (ERC-1404), zero when there is none
    function detectTransferRestriction(address from, address to, uint256 units)
        external
        view
        returns (uint8 code);
    function messageForTransferRestriction(uint8 code) external view returns (string memory);

    // --- record days ---

    /// @notice What was held at the end of a record day that is over.
    function unitsAt(address holder, uint32 recordDay) external view returns (uint64);
    function supplyAt(uint32 recordDay) external view returns (uint64);

    // --- the office, and the module of the duty "SERVICE" there ---

    function mint(address investor, uint256 units) external;
    /// @notice Today or later; a day announced before stays what it is.
    function addRecordDay(uint32 day) external;
    /// @notice After full redemption: units stay readable and never move again.
    function retire() external;

    // --- custody: the holder's own depository, by mandate ---

    function transferFor(address from, address to, uint256 units, bytes32 document) external;

    // --- authorities ---

    function freeze(address holder, uint8 reason, bytes32 document) external;
    function unfreeze(address holder, uint8 reason, bytes32 document) external;
    function freezeUnits(address holder, uint64 units, uint8 reason, bytes32 document) external;
    function unfreezeUnits(address holder, uint64 units, uint8 reason, bytes32 document) external;
    /// @notice Takes free units first, then what an authority froze, then what a depository froze; whatever else stands
    /// against a move (a frozen account, a pause, the giver's admission) does not stop it.
    function forceTransfer(address from, address to, uint64 units, uint8 reason, bytes32 document) external;
    function pause(uint8 reason, bytes32 document) external;
    function unpause(uint8 reason, bytes32 document) external;
}
