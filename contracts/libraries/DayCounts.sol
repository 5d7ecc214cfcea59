// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Day counts: the part of a year between two days, as a fraction that is not reduced
/// @notice DAY-1: equals `ledger.domain.daycount`, numerator and denominator alike. Days are days since 1970-01-01; the
/// first counts, the last does not. Callers see to it that the end does not lie before the start.
library DayCounts {
    uint8 internal constant THIRTY_360 = 1;
    uint8 internal constant THIRTY_E_360 = 2;
    uint8 internal constant ACT_360 = 3;
    uint8 internal constant ACT_365F = 4;
    uint8 internal constant ACT_ACT_ICMA = 5;

    uint256 private constant MAX_PARTS = 4;
    uint256 private constant LONGEST_REFERENCE = 366;
    uint256 private constant MONTHS = 12;

    error DayCountUnknown(uint8 dayCount);
    /// @notice ACT/ACT ICMA: empty or longer than a year, a frequency that divides no year, or too long a period for it.
    error ReferenceUnfit(uint32 refStart, uint32 refEnd, uint8 frequency);

    /// @param refStart, @param refEnd the regular coupon period that ACT/ACT ICMA measures against
    /// @param frequency regular periods a year
    function fraction(
        uint8 dayCount,
        uint32 start,
        uint32 end,
        uint32 refStart,
        uint32 refEnd,
        uint8 frequency
    ) internal pure returns (uint256 numerator, uint256 denominator) {
        if (dayCount == THIRTY_360) return (_thirty(start, end, false), 360);
        if (dayCount == THIRTY_E_360) return (_thirty(start, end, true), 360);
        if (dayCount == ACT_360) return (end - start, 360);
        if (dayCount == ACT_365F) return (end - start, 365);
        if (dayCount != ACT_ACT_ICMA) revert DayCountUnknown(dayCount);
        if (
            refEnd <= refStart || refEnd - refStart > LONGEST_REFERENCE || frequency == 0
                || MONTHS % frequency != 0
        ) revert ReferenceUnfit(refStart, refEnd, frequency);
        return _icma(start, end, refStart, refEnd, frequency);
    }

    /// @dev Bond basis counts an end on a 31st as a 30th only after a start that did; Eurobond basis always.
    function _thirty(uint256 start, uint256 end, bool eurobond) private pure returns (uint256) {
        (uint256 y1, uint256 m1, uint256 d1) = civil(start);
        (uint256 y2, uint256 m2, uint256 d2) = civil(end);
        if (d1 == 31) d1 = 30;
        if (d2 == 31 && (eurobond || d1 == 30)) d2 = 30;
        return 360 * y2 + 30 * m2 + d2 - (360 * y1 + 30 * m1 + d1);
    }

    /// @dev Adds (days ÷ (frequency × length)) of each regular period that `[start, end)` touches, in order.
    function _icma(uint256 start, uint256 end, uint256 refStart, uint256 refEnd, uint256 frequency)
        private
        pure
        returns (uint256 numerator, uint256 denominator)
    {
        uint256 months = MONTHS / frequency;
        // how many regular periods before the reference `low` lies; below zero after it
        int256 back;
        uint256 low = refStart;
        while (low > start) {
            ++back;
            low = _shifted(refStart, -int256(months) * back);
        }
        denominator = 1;
        for (uint256 parts; low < end; --back) {
            uint256 high = back > 0
                ? _shifted(refStart, -int256(months) * (back - 1))
                : _shifted(refEnd, -int256(months) * back);
            uint256 first = low > start ? low : start;
            uint256 last = high < end ? high : end;
            if (last > first) {
                if (++parts > MAX_PARTS) {
                    revert ReferenceUnfit(uint32(refStart), uint32(refEnd), uint8(frequency));
                }
                uint256 length = frequency * (high - low);
                numerator = numerator * length + (last - first) * denominator;
                denominator *= length;
            }
            low = high;
        }
    }

    /// @dev The same day of the month so many months on, or that month's last day.
    function _shifted(uint256 day, int256 months) private pure returns (uint256) {
        if (months == 0) return day;
        (uint256 y, uint256 m, uint256 d) = civil(day);
        uint256 month = uint256(int256(y * MONTHS + m - 1) + months);
        uint256 first = dayOf(month / MONTHS, month % MONTHS + 1, 1);
        uint256 length = dayOf((month + 1) / MONTHS, (month + 1) % MONTHS + 1, 1) - first;
        return first + (d > length ? length : d) - 1;
    }

    /// @notice The calendar date of a day. Years are counted from March, so that the leap day is a year's last.
    function civil(uint256 day) internal pure returns (uint256 year, uint256 month, uint256 date) {
        uint256 shifted = day + 719_468; // days from 0000-03-01 to 1970-01-01
        uint256 era = shifted / 146_097; // 400 years
        uint256 rest = shifted % 146_097;
        uint256 inEra = (rest - rest / 1460 + rest / 36_524 - rest / 146_096) / 365;
        uint256 inYear = rest - (365 * inEra + inEra / 4 - inEra / 100);
        uint256 fromMarch = (5 * inYear + 2) / 153;
        date = inYear - (153 * fromMarch + 2) / 5 + 1;
        month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
        year = era * 400 + inEra + (month < 3 ? 1 : 0);
    }

    function dayOf(uint256 year, uint256 month, uint256 date) internal pure returns (uint256) {
        if (month < 3) --year;
        uint256 fromMarch = month < 3 ? month + 9 : month - 3;
        uint256 inEra = year % 400;
        uint256 inYear = (153 * fromMarch + 2) / 5 + date - 1;
        return year / 400 * 146_097 + inEra * 365 + inEra / 4 - inEra / 100 + inYear - 719_468;
    }
}
