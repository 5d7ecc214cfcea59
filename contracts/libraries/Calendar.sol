// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Calendar arithmetic on days since 1970-01-01
/// @dev Years are counted from March, so that the leap day is the last of its year and months follow one rule; eras
/// are the 400 years after which the Gregorian calendar repeats.
library Calendar {
    uint256 private constant ERA = 146_097;
    uint256 private constant YEAR = 365;
    /// Days from 0000-03-01 to 1970-01-01.
    uint256 private constant EPOCH = 719_468;

    /// @notice The same day of the month `months` later, or that month's last day.
    function addMonths(uint256 day, uint256 months) internal pure returns (uint256) {
        (uint256 year, uint256 month, uint256 dayOfMonth) = _civil(day + EPOCH);
        return _within(year * 12 + month + months, dayOfMonth) - EPOCH;
    }

    /// @notice The same day of the month `months` earlier, or that month's last day; 1970-01-01 for all that is before.
    function subMonths(uint256 day, uint256 months) internal pure returns (uint256) {
        (uint256 year, uint256 month, uint256 dayOfMonth) = _civil(day + EPOCH);
        uint256 from = year * 12 + month;
        uint256 then = months < from ? _within(from - months, dayOfMonth) : 0;
        return then > EPOCH ? then - EPOCH : 0;
    }

    /// @dev That day of a month that is counted from 0000-03, or the month's last.
    function _within(uint256 months, uint256 dayOfMonth) private pure returns (uint256) {
        uint256 start = _days(months);
        uint256 length = _days(months + 1) - start;
        return start + (dayOfMonth < length ? dayOfMonth : length - 1);
    }

    /// @return year counted from March; @return month 0 is March; @return dayOfMonth from 0
    function _civil(uint256 day) private pure returns (uint256 year, uint256 month, uint256 dayOfMonth) {
        uint256 era = day / ERA;
        uint256 inEra = day % ERA;
        uint256 inEraYear = (inEra - inEra / 1460 + inEra / 36_524 - inEra / 146_096) / YEAR;
        uint256 ofYear = inEra - _leapDays(inEraYear) - inEraYear * YEAR;
        month = (5 * ofYear + 2) / 153;
        return (era * 400 + inEraYear, month, ofYear - (153 * month + 2) / 5);
    }

    /// @dev Days before the first of a month that is counted from 0000-03.
    function _days(uint256 months) private pure returns (uint256) {
        uint256 year = months / 12;
        return year * YEAR + _leapDays(year) + (153 * (months % 12) + 2) / 5;
    }

    function _leapDays(uint256 years_) private pure returns (uint256) {
        return years_ / 4 - years_ / 100 + years_ / 400;
    }
}
