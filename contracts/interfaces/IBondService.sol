// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Coupons, redemption and default of green bonds
/// @notice SVC-1: the entitlements of one payment add up to what was paid, kept for its owner or still waits, and the
/// rounding that goes back to the issuer; each holder is owed by the holding at the end of the record day, once.
/// SVC-2: a coupon's money is collected from the payer's own account and never leaves a pool or a project; only a
/// redemption returns unused proceeds, exactly per unit, and they show as `returned`.
/// SVC-4: a payment that is short after its pay day and days of grace is a default that anyone can declare; whatever is
/// paid in, at any time, is shared pro rata; the default is cured when all that is due is there.
/// A holder is owed `⌊units × principal per unit × rate × part of a year⌋`, less than a fen cut off. Coupons are opened
/// in order, by anyone. A redemption is paid with the coupon of its period and lowers the principal of those after it.
/// The coupons of a green loan are its interest. Opening one makes the principal due that the drawdown promised for its
/// period, less what was announced with it before; the last period's is the whole rest (`IFacilities`, FAC-3).
/// Assumes: `GreenBond` tells the truth about record days; units neither appear nor disappear once a bond is closed.
/// Danger: units can still be traded between a redemption's record day and its last payment; they are then without value.
interface IBondService {
    /// @notice Where a bond stands. @param principal per unit, of the last coupon that was opened
    /// @param outstanding per unit, of which no redemption was announced yet
    /// @param services payments opened so far; @param unsettled redemptions; @param defaults not cured
    /// @param facility of a loan, zero for a bond
    struct Standing {
        address token;
        uint96 principal;
        address issuer;
        uint96 outstanding;
        address cash;
        uint16 services;
        uint16 unsettled;
        uint16 defaults;
        uint32 facility;
    }

    /// @notice One payment to all holders: a coupon (kind 1) or a redemption (kind 2).
    /// @param state 1 open, 2 settled; @param index among the bond's payments
    /// @param units at the end of the record day; @param settledUnits of which holders have got all
    /// @param perUnit what the rate applies to; a redemption pays it whole
    /// @param fromProceeds per unit, in addition, out of unused proceeds
    /// @param total due from the issuer; @param paidIn of it
    struct Service {
        uint32 bond;
        uint8 kind;
        uint8 state;
        uint8 index;
        uint8 period;
        bool partly;
        bool inDefault;
        uint32 recordDay;
        uint32 payDay;
        uint32 ratePpm;
        uint64 units;
        uint96 perUnit;
        uint64 numerator;
        uint64 denominator;
        uint96 fromProceeds;
        uint64 settledUnits;
        uint128 total;
        uint128 paidIn;
    }

    /// @param period of the filed ones whose record and pay day these are; zero for a bond without coupons
    /// @param perUnit redeemed, @param fromProceeds of it out of unused proceeds, in fen per unit
    struct Redemption {
        uint8 period;
        uint32 recordDay;
        uint32 payDay;
        uint96 perUnit;
        uint96 fromProceeds;
    }

    event ServiceOpened(uint32 indexed service, uint32 indexed bond, Service terms);
    event RedemptionAnnounced(
        uint32 indexed bond, uint32 indexed service, Redemption terms, bytes32 document
    );
    event ServicePaidIn(uint32 indexed service, uint32 indexed bond, address indexed payer, uint256 amount);
    event ServicePaid(
        uint32 indexed service, address indexed holder, uint256 amount, uint256 fromProceeds, bool kept
    );
    /// @notice Everybody has got all; the rounding went back to the issuer, or is kept for it.
    event ServiceSettled(uint32 indexed service, uint256 residue, bool kept);
    event Defaulted(uint32 indexed bond, uint32 indexed service, uint256 paidIn, uint256 total);
    event DefaultCured(uint32 indexed bond, uint32 indexed service);

    error NotCallable(uint32 bond, uint32 callableFrom, uint32 payDay);
    error NotWhole(uint32 bond, uint256 had, uint256 needed);
    error NotShort(uint32 service, uint256 had, uint256 needed);

    function serviceCount() external view returns (uint32);
    function service(uint32 id) external view returns (Service memory);
    function standing(uint32 bond) external view returns (Standing memory);
    function inDefault(uint32 bond) external view returns (bool);
    /// @return true once all principal was paid to everybody
    function redeemed(uint32 bond) external view returns (bool);
    /// @return entitlement in all, unused proceeds included
    /// @return due of it so far
    /// @return paid of that
    function owed(uint32 id, address holder)
        external
        view
        returns (uint256 entitlement, uint256 due, uint256 paid);

    // --- asking first: each reverts with the act's own error ---
    function checkOpen(uint32 bond, uint256 index) external view;
    function checkPayIn(uint32 id, address payer, uint256 amount) external view;
    function checkPay(uint32 id) external view;
    function checkAnnounce(uint32 bond, address who, Redemption calldata redemption) external view;
    function checkDeclareDefault(uint32 id) external view;

    // --- anyone ---
    /// @notice After the record day: fixes rate, units, principal and total of the next coupon.
    function open(uint32 bond, uint256 index) external returns (uint32 id);
    /// @notice Pays each of these holders what is due and was not paid; who is owed nothing costs nothing.
    function pay(uint32 id, address[] calldata holders) external;
    function declareDefault(uint32 id) external;
    /// @notice Pays the caller what waits on its claim axis; the move itself is the record.
    function claim(address cash) external;

    // --- the issuer, or its paying agent by mandate ---
    function payIn(uint32 id, uint256 amount) external;
    /// @notice At maturity, or early when the terms allow. Once maturity has passed, anyone may announce the whole rest.
    function announceRedemption(uint32 bond, Redemption calldata redemption, bytes32 document)
        external
        returns (uint32 id);
}
