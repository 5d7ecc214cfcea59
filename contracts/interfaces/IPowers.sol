// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Delayed powers: the only way to change a module's controller, code or parameters
/// @notice The operator proposes, the guardian (another key: regulator or consortium) approves, and only after the
/// published delay may anyone execute. Either of the two can cancel until then.
/// Safety: no single key changes anything; every change is visible `delay` seconds before it acts.
/// Danger: until `constitute` the deployer wires the system without delay; `constituted` tells.
interface IPowers {
    event Proposed(uint256 indexed change, address indexed target, bytes data);
    event Approved(uint256 indexed change, uint40 readyAt);
    event Cancelled(uint256 indexed change, address by);
    event Executed(uint256 indexed change, address indexed target, bytes data);
    event Constituted(address operator, address guardian, uint32 delay);

    error AlreadyConstituted();
    error ChangeNotReady(uint256 change, uint256 readyAt, uint256 timestamp);
    error ChangeExpired(uint256 change, uint256 expiredAt, uint256 timestamp);
    error DelayTooShort(uint32 had, uint32 needed);
    error ChangeFailed(uint256 change, bytes reason);

    function operator() external view returns (address);
    function guardian() external view returns (address);
    /// @return seconds between approval and execution
    function delay() external view returns (uint32);
    function constituted() external view returns (bool);

    /// @notice Wiring before the constitution, by the deployer alone.
    function wire(address target, bytes calldata data) external;
    /// @notice Names the admission record, once, by a wired call: the operator can never appear in it.
    function bind(address participants) external;
    /// @notice Ends the set-up: from here on every change takes two roles and the delay.
    function constitute(address operator, address guardian, uint32 delay) external;

    function propose(address target, bytes calldata data) external returns (uint256 change);
    function approve(uint256 change) external;
    function cancel(uint256 change) external;
    /// @notice Anyone may execute an approved change once its delay is over and before its grace of 30 days ends.
    function execute(uint256 change) external;
    /// @notice Hands the two roles over; only through a change executed by this contract itself.
    function appoint(address operator, address guardian) external;
}
