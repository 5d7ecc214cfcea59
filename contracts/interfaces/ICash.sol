// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Ledger cash of one currency at one settlement bank: axes with two counters
/// @notice Every address is an axis with two ever-growing counters, `in` and `out`; its balance is `in - out`.
/// Each move emits both offsets, and first-in-first-out is the identity map: fen x that leaves an axis is fen x that
/// entered it. CASH-1: incoming intervals tile [0, in) and outgoing tile [0, out), out <= in (the source axis the
/// other way round).
/// Assumes: `Participants` tells the truth about admission; a module's controller is what `Powers` appointed.
/// Danger: a controller decides where money on its own purposes goes. It can never touch another module's purposes,
/// and never a participant's general axis beyond the allowance that the participant gave it.
/// Slot of an axis: in (bits 0..111) | out (112..223) | flags (224..255); flags 0 general, 1 purpose, 2 source.
interface ICash {
    event Transfer(address indexed from, address indexed to, uint256 amount);
    event Approval(address indexed owner, address indexed spender, uint256 amount);
    /// @notice `[outOffset, outOffset + amount)` of `fromAxis` became `[inOffset, inOffset + amount)` of `toAxis`.
    event Moved(
        address indexed fromAxis,
        address indexed toAxis,
        uint256 amount,
        uint256 outOffset,
        uint256 inOffset,
        bytes32 document
    );
    event Minted(address indexed to, uint256 amount, bytes32 indexed bankReference);
    event Burned(address indexed holder, uint256 amount, bytes32 indexed bankReference);
    event ControllerSet(bytes32 indexed module, address controller);

    error InsufficientBalance(address who, uint256 had, uint256 needed);
    error InsufficientAllowance(address owner, address spender, uint256 had, uint256 needed);
    /// @notice A participant's money can never be pushed onto a purpose: one donated fen would break its books.
    error NotGeneralAxis(address axis);

    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    /// @return digits of the minor unit: CNY 2, EUR 2, JPY 0
    function decimals() external view returns (uint8);
    /// @return ISO 4217 code in ASCII
    function currency() external view returns (bytes3);
    function bank() external view returns (address);
    function totalSupply() external view returns (uint256);
    function balanceOf(address axis) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function axis(address axis_) external view returns (uint112 incoming, uint112 outgoing, uint32 flags);
    function axisOf(bytes32 module, bytes32 purpose) external pure returns (address);
    function controllerOf(bytes32 module) external view returns (address);
    function bankReferenceUsed(bytes32 bankReference) external view returns (bool);

    // --- holders ---
    function approve(address spender, uint256 amount) external returns (bool);
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function transferWithDocument(address to, uint256 amount, bytes32 document) external returns (bool);
    function transferFromWithDocument(address from, address to, uint256 amount, bytes32 document)
        external
        returns (bool);
    /// @notice May I transfer, and if not why: reverts with the transfer's own error.
    function checkTransfer(address from, address to, uint256 amount) external view;
    /// @notice Puts money on the holder's redemption axis, for the bank to pay out and burn.
    function redeem(uint256 amount, bytes32 document) external;
    function cancelRedeem(uint256 amount, bytes32 document) external;

    // --- settlement bank ---
    /// @notice Refused while the bank is suspended or lapsed; it may still burn what was redeemed.
    /// @param bankReference the bank's own booking, usable once over mints and burns together
    function mint(address to, uint256 amount, bytes32 bankReference) external;
    /// @dev Danger: burn first, then pay out. Until it is burned the holder may still cancel the redemption.
    function burn(address holder, uint256 amount, bytes32 bankReference) external;

    // --- modules; each returns the out-offset at which the moved interval left its axis ---
    function collect(bytes32 module, bytes32 purpose, address from, uint256 amount, bytes32 document)
        external
        returns (uint256 inOffset);
    function shift(bytes32 module, bytes32 fromPurpose, bytes32 toPurpose, uint256 amount, bytes32 document)
        external
        returns (uint256 outOffset);
    function pay(bytes32 module, bytes32 purpose, address to, uint256 amount, bytes32 document)
        external
        returns (uint256 outOffset);

    /// @notice Brings money on its way to the bank back to the holder it came from: a withdrawal that failed. The module
    /// "BANK" may do this and nothing else with a redemption.
    function returnRedemption(address holder, uint256 amount, bytes32 document) external;

    // --- delayed powers ---
    function setController(bytes32 module, address controller) external;
}
