// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILenders} from "./ILenders.sol";

/// @title Green loans: a facility of one lender or a club, drawn in parts
/// @notice A facility is what a borrower and its lenders agreed: how much, in which cash, until when it is drawn and when
/// it is repaid at the latest. Each drawdown is an instrument of `BondOffice`, at par: its number is a bond's number, so
/// framework and review, delivery versus payment, origin numbers, gate, label, interest and repayment are a bond's. What
/// is a loan's own is here.
/// FAC-1: a drawdown calls on each lender for its part of what is committed and not yet called, the unit range `[a, b)`
/// of all that for `⌊b·U/R⌋ − ⌊a·U/R⌋` of the U units: the parts add up to U, and none is above what that lender has left.
/// What was called and not lent goes back to the same commitments, once. Repaid principal is not drawn again.
/// FAC-2: units of a loan are held by lenders that the borrower agreed to, and by nobody else, whoever moves them.
/// FAC-3: principal falls due with the interest of its period as the drawdown's instalments say, with nobody's word; the
/// last period takes the whole rest.
/// A lender that does not lend its part makes the drawdown smaller, or fails it where the borrower set a floor; nobody
/// lends another's part. The draw stop is each lender's own, and a lapsed review's: registering asks for one.
/// Assumes: `BondOffice` takes registrations of drawdowns from here alone.
/// Danger: consent is not taken back: who was agreed to once may hold units for the facility's life.
interface IFacilities is ILenders {
    /// @param denomination principal of one unit, in fen; @param units that may be committed in all
    /// @param availableUntil last day on which a drawdown is funded; @param finalMaturity latest of any drawdown
    /// @param maxCostPpm most of a drawdown that arrangement costs may take; @param document the facility agreement
    struct Terms {
        uint32 framework;
        address cash;
        uint96 denomination;
        uint64 units;
        uint32 availableUntil;
        uint32 finalMaturity;
        uint32 maxCostPpm;
        bytes32 document;
    }

    /// @param state 1 available, 2 cancelled: nothing more is committed or drawn
    /// @param committed by all lenders; @param called of it by drawdowns, less what was released
    struct Facility {
        address borrower;
        uint8 state;
        uint64 committed;
        uint64 called;
        Terms terms;
    }

    /// @param agreed the borrower's consent; @param offered what the borrower asked for and was not committed yet
    struct Lender {
        bool agreed;
        uint64 offered;
        uint64 committed;
        uint64 called;
    }

    /// @param minUnits below which the drawdown fails; @param closesOn last day of funding
    /// @param ratePpm and @param serviceTerms as `IBondOffice.Terms`; @param document the utilisation request
    struct Request {
        uint64 units;
        uint64 minUnits;
        uint32 closesOn;
        uint32 issueDate;
        uint32 maturityDate;
        uint32 ratePpm;
        bytes32 serviceTerms;
        bytes32 document;
    }

    /// @param units that were called; @param released true once what was not lent of them went back
    struct Drawdown {
        uint32 facility;
        uint64 units;
        bool released;
    }

    event FacilityOpened(uint32 indexed facility, address indexed borrower, Terms terms);
    /// @param units asked for; zero is consent alone, to hold what another lender passes on
    event LenderAgreed(uint32 indexed facility, address indexed lender, uint64 units);
    event Committed(uint32 indexed facility, address indexed lender, uint64 units);
    /// @param loan the number of the drawdown's instrument at `BondOffice`
    event DrawdownRequested(
        uint32 indexed facility, uint32 indexed loan, Request request, uint96[] instalments
    );
    event ShareCalled(uint32 indexed loan, address indexed lender, uint64 units);
    event Released(uint32 indexed facility, uint32 indexed loan, uint64 units);
    event FacilityCancelled(uint32 indexed facility, uint64 undrawn);

    error CommitmentExceeded(uint32 facility, uint256 had, uint256 needed);
    error TooManyLenders(uint32 facility, uint256 limit);
    error TooManyInstalments(uint256 had, uint256 limit);
    error NothingToRelease(uint32 loan);

    function count() external view returns (uint32);
    function facility(uint32 id) external view returns (Facility memory);
    function lendersOf(uint32 id) external view returns (address[] memory);
    function lender(uint32 id, address who) external view returns (Lender memory);
    function drawdownsOf(uint32 id) external view returns (uint32[] memory loans);
    /// @notice The facility is zero for a bond, and for what does not exist.
    function drawdown(uint32 loan) external view returns (Drawdown memory);
    function instalmentsOf(uint32 loan) external view returns (uint96[] memory);
    /// @return units that this drawdown called on a lender for
    function shareOf(uint32 loan, address who) external view returns (uint64 units);

    // --- asking first: each reverts with the act's own error ---
    function checkOpen(Terms calldata terms, address borrower) external view;
    function checkAgree(uint32 id, address lender_, uint64 units, address borrower) external view;
    function checkCommit(uint32 id, uint64 units, address lender_) external view;
    /// @notice What registering an instrument refuses beyond this (a role, a review) is the office's to say.
    function checkRequest(
        uint32 id,
        Request calldata request_,
        uint96[] calldata instalments,
        address borrower
    ) external view;
    function checkRelease(uint32 loan) external view;

    // --- borrower ---
    function open(Terms calldata terms) external returns (uint32 id);
    /// @notice Agrees to a lender, and asks it for so many units, instead of what it was asked for before.
    function agree(uint32 id, address lender_, uint64 units) external;
    /// @param instalments principal per unit that falls due with each interest period, from the first
    function request(
        uint32 id,
        Request calldata request_,
        uint96[] calldata instalments,
        string calldata label
    ) external returns (uint32 loan);
    /// @notice Gives up what was not called.
    function cancel(uint32 id) external;

    // --- lender ---
    /// @notice All or a part of what it was asked for.
    function commit(uint32 id, uint64 units) external;

    // --- anyone ---
    /// @notice After a drawdown was cancelled or closed below what was called.
    function release(uint32 loan) external;
}
