// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The account contract of one participant: two persons for one act
/// @notice Its keys are clerks (1, 经办) and approvers (2, 复核); a key has one role. A clerk acts alone within the
/// account's limits; any other act a clerk proposes and an approver approves, and with the approval it happens. Several
/// calls are one act: all or nothing, each within its limit. Whoever is called sees this account alone; a refusal of
/// theirs passes through unchanged.
/// Statements (ERC-1271) count when a clerk and an approver signed them for this account on this chain: one key in two
/// accounts signs for one of them. An approver alone suffices only where the policy says so.
/// Keys, limits and policy change inside the account alone: an approver proposes, every key can veto, and after the
/// delay anyone executes. The agent whom the account named beforehand can propose keys likewise, after a longer delay.
/// The operator takes no part: the agent must be a participant, which the operator can never be.
/// Safety: no single key, and nobody outside, moves anything or changes any key. The address, and so all that it owns
/// and did, stays. A removed key no longer counts, nor what it proposed or signed before.
/// Danger: one key can veto without end. A change with a second backer (an approver, or the agent) therefore cannot be
/// vetoed by the keys that it takes a role from; an account whose only approver was stolen, and whose agent finds no
/// other approver, is stuck: name two approvers. Limits count minor units of whichever currency a call names.
interface IAccount {
    struct Call {
        address target;
        bytes data;
    }

    /// @param role 1 clerk, 2 approver; 0 removes the key
    struct KeySetting {
        address key;
        uint8 role;
    }

    /// @notice What a clerk may do alone.
    /// @param word which word of the call's arguments is its amount (1 the first); 0: the call counts as 1
    /// @param each the most for one call; 0: there is no such limit, and an approver is needed
    /// @param daily the most in one business day; the largest uint96 sets no such bound
    struct Limit {
        uint8 word;
        uint96 each;
        uint96 daily;
    }

    struct LimitSetting {
        address target;
        bytes4 selector;
        Limit limit;
    }

    /// @param agent who may propose keys when the account's own are lost; zero: nobody
    /// @param delay seconds before a change acts; @param recoveryDelay the agent's, at least twice as long
    /// @param approverAlone whether one approver's signature makes a statement
    struct Policy {
        address agent;
        uint32 delay;
        uint32 recoveryDelay;
        bool approverAlone;
    }

    /// @param policy none, or the one that replaces the present one
    struct Settings {
        KeySetting[] keys;
        LimitSetting[] limits;
        Policy[] policy;
    }

    /// @param made the block whose `ActProposed` tells the calls; @param state 1 open, 2 done, 3 rejected
    struct Proposal {
        address clerk;
        uint40 until;
        uint40 made;
        uint8 state;
        bytes32 calls;
    }

    /// @param state 1 waiting, 2 done, 3 vetoed; @param backer who vouches for it beside the proposer, or zero
    struct Change {
        address proposer;
        uint40 readyAt;
        uint8 state;
        bool recovery;
        address backer;
    }

    event ActProposed(uint256 indexed proposal, address indexed clerk, Call[] calls, uint40 until);
    event ActRejected(uint256 indexed proposal, address indexed by);
    /// @notice An act begins. A clerk alone: proposal 0, approver zero.
    event ActDone(uint256 indexed proposal, address indexed clerk, address indexed approver);
    event ChangeProposed(
        uint256 indexed change, address indexed by, Settings settings, uint40 readyAt, bool recovery
    );
    event ChangeBacked(uint256 indexed change, address indexed by);
    event ChangeVetoed(uint256 indexed change, address indexed by);
    event ChangeDone(uint256 indexed change, address indexed by);
    event KeySet(address indexed key, uint8 role);
    event LimitSet(address indexed target, bytes4 indexed selector, Limit limit);
    event PolicySet(Policy policy);

    error NotKey(address who, uint8 had, uint8 needed);
    error NoLimit(address target, bytes4 selector);
    error AboveLimit(address target, bytes4 selector, uint256 had, uint256 needed);
    error AboveDailyLimit(address target, bytes4 selector, uint256 had, uint256 needed);
    error NoContract(address target);
    error OtherCalls(uint256 proposal);
    error TooMany(bytes32 what, uint256 had, uint256 needed);
    /// @notice An account keeps one clerk and one approver at least.
    error KeysMissing(uint8 role);
    error AgentHoldsKey(address agent);
    error DelayTooLong(uint32 had, uint32 needed);
    error RemovedByChange(uint256 change, address who);

    /// @notice Once, by the factory that made the account: keys, limits and exactly one policy.
    function initialize(Settings calldata settings) external;

    function roleOf(address key) external view returns (uint8);
    function keys() external view returns (KeySetting[] memory);
    function limits() external view returns (LimitSetting[] memory);
    /// @return what a clerk may do alone of this kind; zeros: nothing
    function limitOf(address target, bytes4 selector) external view returns (Limit memory);
    function policy() external view returns (Policy memory);
    /// @return what clerks did alone of this kind on the present business day
    function usedToday(address target, bytes4 selector) external view returns (uint256);
    function proposalCount() external view returns (uint256);
    function proposal(uint256 id) external view returns (Proposal memory);
    function changeCount() external view returns (uint256);
    function change(uint256 id) external view returns (Change memory, Settings memory);
    /// @return what the keys sign for a statement that has this digest
    function statementHash(bytes32 digest) external view returns (bytes32);

    /// @notice May this clerk do these calls alone, and if not why: reverts with `execute`'s own error, but knows
    /// nothing of what the called contracts will say.
    function checkExecute(address clerk, Call[] calldata calls) external view;
    function execute(Call[] calldata calls) external;
    /// @notice Open for 14 days.
    function propose(Call[] calldata calls) external returns (uint256 id);
    /// @notice Does what was proposed. The approver names the calls again, so that nobody approves what he did not see.
    function approve(uint256 id, Call[] calldata calls) external;
    /// @notice By an approver, or the clerk who proposed it.
    function reject(uint256 id) external;

    function proposeChange(Settings calldata settings) external returns (uint256 id);
    /// @notice The agent proposes keys.
    function recover(KeySetting[] calldata keys) external returns (uint256 id);
    function back(uint256 id) external;
    /// @notice Before its time comes, by any key, or by whoever proposed it.
    function veto(uint256 id) external;
    /// @notice By anyone, from its time on for 30 days, while who proposed it still may.
    function executeChange(uint256 id) external;
}
