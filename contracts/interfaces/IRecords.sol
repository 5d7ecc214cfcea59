// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title History that a participant brings with it, attested by name
/// @notice What happened before or outside this ledger, with the document it is taken from. It is *attested*: the chain
/// shows who said it, not that it is so, and no figure computed from it is mixed with what the ledger observed.
/// Who attests is the subject itself, or a bank, auditor, verifier or authority; who said it may take it back, in the
/// open.
interface IRecords {
    /// @param kind 1 paid on time, 2 paid late, 3 default, 4 reported on time, 5 reported late, 6 restated,
    /// 7 kept an undertaking, 8 missed one
    /// @param count how many; @param amount their sum in minor units of `currency`, zero where there is none
    /// @param from and @param until first and last day of what is attested
    struct Statement {
        address subject;
        uint8 kind;
        uint32 count;
        uint128 amount;
        bytes3 currency;
        uint32 from;
        uint32 until;
        bytes32 document;
    }

    event Attested(uint256 indexed record, address indexed subject, address indexed by, Statement statement);
    event AttestationWithdrawn(uint256 indexed record, bytes32 document);

    function count() external view returns (uint256);
    /// @return by who attests it; @return withdrawn taken back
    function record(uint256 id) external view returns (Statement memory, address by, bool withdrawn);
    /// @notice Reverts as `attest` would.
    function checkAttest(Statement calldata statement, address by) external view;
    function attest(Statement calldata statement) external returns (uint256 id);
    function withdraw(uint256 id, bytes32 document) external;
}
