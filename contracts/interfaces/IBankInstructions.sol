// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Instructions to the settlement bank: deposits, maturity pay-ins, withdrawals
/// @notice BANK-1. An instruction goes from instructed to confirmed or failed, once, and only the cash's bank answers it.
/// A confirmation names a reference that the bank booked on that cash, and no other instruction named; a failure says why,
/// and gives back what waits for the withdrawal.
/// Assumes: amount and party of the booking are the instruction's. The cash keeps of a reference that it was used, no more;
/// the reconciliation compares the rest from the events.
/// Danger: the holder may still cancel a redemption on the cash itself, until it is burned; the bank then fails the
/// instruction, and what is left comes back.
interface IBankInstructions {
    /// @param way 1 deposit, 2 pay-in for a receivable at maturity, 3 withdrawal; @param state 1 instructed, 2 confirmed,
    /// 3 failed; @param answer the bank's reference, or the hash of its reason
    struct Instruction {
        address participant;
        uint8 way;
        uint8 state;
        uint32 instructedOn;
        uint32 answeredOn;
        address cash;
        uint64 receivable;
        uint112 amount;
        bytes32 answer;
    }

    event Instructed(
        uint64 indexed instruction,
        address indexed participant,
        address indexed cash,
        uint8 way,
        uint112 amount,
        uint64 receivable
    );
    event InstructionConfirmed(uint64 indexed instruction, bytes32 indexed bankReference);
    /// @param returned what came back from the redemption axis
    event InstructionFailed(uint64 indexed instruction, bytes32 reason, uint112 returned);

    /// @notice The bank booked nothing under this reference: it mints or burns first.
    error NotBooked(address cash, bytes32 bankReference);

    function count() external view returns (uint64);
    function instruction(uint64 id) external view returns (Instruction memory);
    /// @return id the instruction that a bank's reference confirmed, or zero
    function confirmedBy(address cash, bytes32 bankReference) external view returns (uint64 id);
    /// @return amount of a participant's withdrawals that the bank has not answered
    function inFlight(address cash, address participant) external view returns (uint112 amount);

    /// @notice Each reverts with the act's own error.
    function checkDeposit(address cash, uint112 amount, uint64 receivable, address participant) external view;
    function checkWithdrawal(address cash, uint112 amount, address participant) external view;
    function checkConfirm(uint64 id, bytes32 bankReference, address bank) external view;
    function checkFail(uint64 id, bytes32 reason, address bank) external view;

    // --- participant ---
    /// @param receivable what the money is for at its maturity, by its obligor; or zero
    function instructDeposit(address cash, uint112 amount, uint64 receivable) external returns (uint64 id);
    /// @notice Of money that the participant redeemed and that no other instruction waits for.
    function instructWithdrawal(address cash, uint112 amount) external returns (uint64 id);

    // --- settlement bank ---
    /// @notice After the mint or the burn under this reference.
    function confirm(uint64 id, bytes32 bankReference) external;
    function fail(uint64 id, bytes32 reason) external;
}
