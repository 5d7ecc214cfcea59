// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Coupon terms of green bonds: the filed schedule, posted fixings and observations, and the rates they give
/// @notice SVC-3: a rate is what the filed terms say; only the fixer they name posts, once, before the rate is used.
/// Terms are filed by anyone, exactly as they hash to `IBondOffice.Terms.serviceTerms`; so a record day never moves.
/// Coupons are fixed in order: a KPI that nobody reported by its fixing day takes the rate of the coupon before it and
/// the penalty; a floating rate that nobody posted is waited for until its days of grace end, and is then the last one.
/// Danger: terms that nobody files before their first record day passes can never be filed: file at registration.
interface ICouponTerms {
    /// @param couponKind 1 fixed, 2 step, 3 floating, 4 KPI; @param dayCount as `DayCounts`
    /// @param frequency regular periods a year; @param businessDayRule how pay days were moved, and by which
    /// @param calendar: both are said, the moved days themselves are in the periods
    /// @param polarity of the KPI: 1 higher is better, 2 lower is better
    /// @param ratePpm the coupon (fixed), the margin (floating), the rate of a period whose target was met (KPI)
    /// @param capPpm zero: none; @param stepPpm added when a target is missed; @param penaltyPpm added to the last rate
    /// when no report came by the fixing day
    /// @param callableFrom first pay day of an early redemption, zero: never
    /// @param fixer posts fixings, or observations of the KPI (a verifier)
    struct ServiceTerms {
        uint8 couponKind;
        uint8 dayCount;
        uint8 frequency;
        uint8 businessDayRule;
        uint8 polarity;
        uint32 ratePpm;
        uint32 floorPpm;
        uint32 capPpm;
        uint32 stepPpm;
        uint32 penaltyPpm;
        uint16 graceDays;
        uint32 callableFrom;
        address fixer;
        bytes32 calendar;
        bytes32 kpi;
    }

    /// @notice `[start, end)` accrues; the reference is the regular period ACT/ACT ICMA measures against.
    /// @param fixingDay a floating rate is posted from it on, a KPI until it
    /// @param ratePpm of a step coupon; @param target of a KPI
    struct Period {
        uint32 start;
        uint32 end;
        uint32 refStart;
        uint32 refEnd;
        uint32 recordDay;
        uint32 fixingDay;
        uint32 payDay;
        uint32 ratePpm;
        uint128 target;
    }

    /// @notice How far a bond's coupons are. @param next coupon to fix
    struct Progress {
        uint8 periods;
        uint8 next;
        uint32 lastRatePpm;
    }

    /// @notice What one coupon is paid by.
    struct Coupon {
        uint32 recordDay;
        uint32 payDay;
        uint32 ratePpm;
        uint64 numerator;
        uint64 denominator;
    }

    /// @param value the rate in ppm (floating), or the observation (KPI)
    struct Posting {
        bool posted;
        int160 value;
    }

    event TermsFiled(uint32 indexed bond, ServiceTerms terms, Period[] periods);
    event FixingPosted(uint32 indexed bond, uint256 indexed period, int32 ratePpm, bytes32 document);
    event ObservationPosted(uint32 indexed bond, uint256 indexed period, uint128 value, bytes32 document);
    event CouponFixed(uint32 indexed bond, uint256 indexed period, uint32 ratePpm);

    error ScheduleMismatch(bytes32 had, bytes32 needed);
    error NotFiled(uint32 bond);
    error TermsInvalid(bytes32 what, uint256 had);
    error PeriodInvalid(uint256 period);
    error TooManyPeriods(uint256 had, uint256 limit);
    error PeriodOutOfOrder(uint32 bond, uint256 had, uint256 needed);
    error FixingMissing(uint32 bond, uint256 period);

    function terms(uint32 bond) external view returns (ServiceTerms memory);
    function period(uint32 bond, uint256 index) external view returns (Period memory);
    function posting(uint32 bond, uint256 index) external view returns (Posting memory);
    function progress(uint32 bond) external view returns (Progress memory);
    /// @return recordDay of a filed coupon
    /// @return payDay of it
    /// @return last true for the last one
    function daysOf(uint32 bond, uint256 index)
        external
        view
        returns (uint32 recordDay, uint32 payDay, bool last);
    /// @return graceDays between a pay day and a default
    /// @return callableFrom the first pay day of an early redemption, zero: never
    function leeway(uint32 bond) external view returns (uint16 graceDays, uint32 callableFrom);
    /// @notice DAY-1: the part of a year that a coupon of these days is paid for, not reduced.
    function partOfYear(
        uint8 dayCount,
        uint32 start,
        uint32 end,
        uint32 refStart,
        uint32 refEnd,
        uint8 frequency
    ) external pure returns (uint256 numerator, uint256 denominator);
    /// @notice May this coupon be fixed now, and if not why: reverts with `fix`'s own error.
    function checkFix(uint32 bond, uint256 index) external view;
    /// @notice May this account post, and if not why: reverts with the act's own error (the document apart).
    function checkPost(uint32 bond, uint256 index, address fixer) external view;

    function file(uint32 bond, ServiceTerms calldata terms, Period[] calldata periods) external;
    function postFixing(uint32 bond, uint256 index, int32 ratePpm, bytes32 document) external;
    function postObservation(uint32 bond, uint256 index, uint128 value, bytes32 document) external;
    /// @notice By the module with the duty: the next coupon, after its record day.
    function fix(uint32 bond, uint256 index) external returns (Coupon memory);
}
