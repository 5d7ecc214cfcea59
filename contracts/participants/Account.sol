// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {IAccount} from "../interfaces/IAccount.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {IPowers} from "../interfaces/IPowers.sol";
import {
    AmountTooLarge,
    DeadlinePassed,
    NotParty,
    SameParty,
    Unknown,
    WrongState,
    ZeroAmount,
    ZeroHash
} from "../libraries/Errors.sol";

/// @title Account
/// @notice The promise is in IAccount. A clone per account, whose code nobody can change.
/// @dev Delays run on the block's time: a posted business date must not shorten them.
contract Account is IAccount, IERC1271, Initializable, EIP712 {
    using EnumerableSet for EnumerableSet.AddressSet;
    using EnumerableSet for EnumerableSet.Bytes32Set;

    uint8 private constant CLERK = 1;
    uint8 private constant APPROVER = 2;
    uint8 private constant OPEN = 1;
    uint8 private constant DONE = 2;
    uint8 private constant STOPPED = 3;
    uint96 private constant UNBOUNDED = type(uint96).max;
    bytes32 private constant STATEMENT_TYPE = keccak256("AccountStatement(bytes32 digest)");
    uint256 private constant SIGNATURE = 65;

    uint256 public constant MAX_KEYS = 16;
    uint256 public constant MAX_CALLS = 16;
    uint256 public constant MAX_LIMITS = 64;
    uint32 public constant MIN_DELAY = 1 hours;
    uint32 public constant MAX_DELAY = 365 days;
    uint32 public constant PROPOSAL_LIFE = 14 days;
    uint32 public constant GRACE = 30 days;

    IParticipants public immutable participants;

    struct Usage {
        uint32 day;
        uint96 amount;
    }

    Policy private _policy;
    EnumerableSet.AddressSet private _keys;
    mapping(address => uint8) public roleOf;
    /// target and selector in one word
    EnumerableSet.Bytes32Set private _limited;
    mapping(bytes32 => Limit) private _limits;
    mapping(bytes32 => Usage) private _usage;
    uint256 public proposalCount;
    mapping(uint256 => Proposal) private _proposals;
    uint256 public changeCount;
    mapping(uint256 => Change) private _changes;
    /// encoded, because a nested struct cannot be copied to storage
    mapping(uint256 => bytes) private _settings;

    constructor(IParticipants participants_) EIP712("Green Ledger", "1") {
        participants = participants_;
        _disableInitializers();
    }

    function initialize(Settings memory settings) external initializer {
        if (settings.policy.length == 0) revert ZeroHash("POLICY");
        _requireSound(settings);
        _apply(settings);
    }

    // --- reading ---

    function keys() external view returns (KeySetting[] memory all) {
        all = new KeySetting[](_keys.length());
        for (uint256 i; i < all.length; ++i) {
            address key = _keys.at(i);
            all[i] = KeySetting(key, roleOf[key]);
        }
    }

    function limits() external view returns (LimitSetting[] memory all) {
        all = new LimitSetting[](_limited.length());
        for (uint256 i; i < all.length; ++i) {
            bytes32 entry = _limited.at(i);
            all[i] = LimitSetting(address(bytes20(entry)), bytes4(entry << 160), _limits[entry]);
        }
    }

    function limitOf(address target, bytes4 selector) external view returns (Limit memory) {
        return _limits[_entryOf(target, selector)];
    }

    function policy() external view returns (Policy memory) {
        return _policy;
    }

    function usedToday(address target, bytes4 selector) external view returns (uint256) {
        return _usedOn(_entryOf(target, selector), participants.today());
    }

    function proposal(uint256 id) external view returns (Proposal memory) {
        return _proposals[id];
    }

    function change(uint256 id) external view returns (Change memory, Settings memory settings) {
        if (_changes[id].state != 0) settings = abi.decode(_settings[id], (Settings));
        return (_changes[id], settings);
    }

    // --- a clerk alone ---

    function checkExecute(address clerk, Call[] calldata calls) public view {
        _requireKey(clerk, CLERK);
        _requireCount("CALLS", calls.length, MAX_CALLS);
        for (uint256 i; i < calls.length; ++i) {
            _requireWithin(calls, i);
        }
    }

    function execute(Call[] calldata calls) external {
        checkExecute(msg.sender, calls);
        for (uint256 i; i < calls.length; ++i) {
            _use(calls[i]);
        }
        emit ActDone(0, msg.sender, address(0));
        _perform(calls);
    }

    /// @dev The earlier calls of the same act count too; an act has few, so they are added up anew.
    function _requireWithin(Call[] calldata calls, uint256 place) private view {
        Call calldata one = calls[place];
        bytes32 entry = _entry(one);
        Limit memory limit = _limits[entry];
        bytes4 selector = bytes4(one.data);
        if (limit.each == 0) revert NoLimit(one.target, selector);
        uint256 amount = _amount(limit, one.data);
        if (amount > limit.each) revert AboveLimit(one.target, selector, amount, limit.each);
        if (limit.daily == UNBOUNDED) return;
        uint256 total = _usedOn(entry, participants.today()) + amount;
        for (uint256 i; i < place; ++i) {
            if (_entry(calls[i]) == entry) total += _amount(limit, calls[i].data);
        }
        if (total > limit.daily) revert AboveDailyLimit(one.target, selector, total, limit.daily);
    }

    function _use(Call calldata one) private {
        bytes32 entry = _entry(one);
        Limit memory limit = _limits[entry];
        if (limit.daily == UNBOUNDED) return;
        uint32 day = participants.today();
        _usage[entry] = Usage(day, uint96(_usedOn(entry, day) + _amount(limit, one.data)));
    }

    function _usedOn(bytes32 entry, uint32 day) private view returns (uint256) {
        Usage memory usage = _usage[entry];
        return usage.day == day ? usage.amount : 0;
    }

    /// @dev A call too short to hold its amount is above every limit.
    function _amount(Limit memory limit, bytes calldata data) private pure returns (uint256) {
        if (limit.word == 0) return 1;
        uint256 end = 4 + 32 * uint256(limit.word);
        return data.length < end ? type(uint256).max : uint256(bytes32(data[end - 32:end]));
    }

    function _entry(Call calldata one) private pure returns (bytes32) {
        return _entryOf(one.target, bytes4(one.data));
    }

    function _entryOf(address target, bytes4 selector) private pure returns (bytes32) {
        return bytes32(bytes20(target)) | (bytes32(selector) >> 160);
    }

    // --- two persons ---

    function propose(Call[] calldata calls) external returns (uint256 id) {
        _requireKey(msg.sender, CLERK);
        _requireCount("CALLS", calls.length, MAX_CALLS);
        id = ++proposalCount;
        uint40 until = uint40(block.timestamp) + PROPOSAL_LIFE;
        _proposals[id] = Proposal(msg.sender, until, uint40(block.number), OPEN, keccak256(abi.encode(calls)));
        emit ActProposed(id, msg.sender, calls, until);
    }

    function approve(uint256 id, Call[] calldata calls) external {
        Proposal storage p = _openProposal(id);
        _requireKey(msg.sender, APPROVER);
        if (block.timestamp > p.until) revert DeadlinePassed(p.until, block.timestamp);
        address clerk = p.clerk;
        _requireKey(clerk, CLERK);
        if (keccak256(abi.encode(calls)) != p.calls) revert OtherCalls(id);
        p.state = DONE;
        emit ActDone(id, clerk, msg.sender);
        _perform(calls);
    }

    function reject(uint256 id) external {
        Proposal storage p = _openProposal(id);
        if (roleOf[msg.sender] == 0 || msg.sender != p.clerk) _requireKey(msg.sender, APPROVER);
        p.state = STOPPED;
        emit ActRejected(id, msg.sender);
    }

    function _openProposal(uint256 id) private view returns (Proposal storage p) {
        p = _proposals[id];
        if (p.state == 0) revert Unknown("PROPOSAL", id);
        if (p.state != OPEN) revert WrongState("PROPOSAL", id, p.state, OPEN);
    }

    function _perform(Call[] calldata calls) private {
        for (uint256 i; i < calls.length; ++i) {
            if (calls[i].target.code.length == 0) revert NoContract(calls[i].target);
            (bool ok, bytes memory reason) = calls[i].target.call(calls[i].data);
            if (!ok) {
                assembly ("memory-safe") {
                    revert(add(reason, 32), mload(reason))
                }
            }
        }
    }

    // --- statements ---

    function statementHash(bytes32 digest) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(STATEMENT_TYPE, digest)));
    }

    /// @dev Clerk's signature first, then the approver's.
    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        bytes32 hash = statementHash(digest);
        bool valid = signature.length == 2 * SIGNATURE
            ? _signed(hash, signature[:SIGNATURE], CLERK) && _signed(hash, signature[SIGNATURE:], APPROVER)
            : _policy.approverAlone && _signed(hash, signature, APPROVER);
        return valid ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }

    function _signed(bytes32 hash, bytes calldata signature, uint8 role) private view returns (bool) {
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecover(hash, signature);
        return failure == ECDSA.RecoverError.NoError && roleOf[signer] == role;
    }

    // --- changes ---

    function proposeChange(Settings memory settings) external returns (uint256 id) {
        _requireKey(msg.sender, APPROVER);
        return _wait(settings, _policy.delay, false);
    }

    function recover(KeySetting[] memory keys_) external returns (uint256 id) {
        _requireAgent(msg.sender);
        Settings memory settings;
        settings.keys = keys_;
        return _wait(settings, _policy.recoveryDelay, true);
    }

    function _wait(Settings memory settings, uint32 delay, bool recovery) private returns (uint256 id) {
        _requireSound(settings);
        id = ++changeCount;
        uint40 readyAt = uint40(block.timestamp) + delay;
        _changes[id] = Change(msg.sender, readyAt, OPEN, recovery, address(0));
        _settings[id] = abi.encode(settings);
        emit ChangeProposed(id, msg.sender, settings, readyAt, recovery);
    }

    function back(uint256 id) external {
        Change storage c = _waitingChange(id);
        if (msg.sender == c.proposer) revert SameParty(msg.sender, c.proposer);
        if (!_mayPropose(msg.sender)) revert NotKey(msg.sender, roleOf[msg.sender], APPROVER);
        c.backer = msg.sender;
        emit ChangeBacked(id, msg.sender);
    }

    function veto(uint256 id) external {
        Change storage c = _waitingChange(id);
        if (block.timestamp >= c.readyAt) revert DeadlinePassed(c.readyAt, block.timestamp);
        if (msg.sender != c.proposer) _requireVeto(id, c.backer);
        c.state = STOPPED;
        emit ChangeVetoed(id, msg.sender);
    }

    /// @dev Else a stolen key could veto its own removal for ever.
    function _requireVeto(uint256 id, address backer) private view {
        uint8 role = roleOf[msg.sender];
        if (role == 0) revert NotKey(msg.sender, 0, CLERK);
        if (!_mayPropose(backer)) return;
        KeySetting[] memory keys_ = abi.decode(_settings[id], (Settings)).keys;
        for (uint256 i; i < keys_.length; ++i) {
            if (keys_[i].key == msg.sender && keys_[i].role != role) revert RemovedByChange(id, msg.sender);
        }
    }

    function executeChange(uint256 id) external {
        Change storage c = _waitingChange(id);
        if (block.timestamp < c.readyAt) revert IPowers.ChangeNotReady(id, c.readyAt, block.timestamp);
        uint256 end = uint256(c.readyAt) + GRACE;
        if (block.timestamp > end) revert IPowers.ChangeExpired(id, end, block.timestamp);
        if (c.recovery) _requireAgent(c.proposer);
        else _requireKey(c.proposer, APPROVER);
        c.state = DONE;
        _apply(abi.decode(_settings[id], (Settings)));
        emit ChangeDone(id, msg.sender);
    }

    function _waitingChange(uint256 id) private view returns (Change storage c) {
        c = _changes[id];
        if (c.state == 0) revert Unknown("CHANGE", id);
        if (c.state != OPEN) revert WrongState("CHANGE", id, c.state, OPEN);
    }

    function _mayPropose(address who) private view returns (bool) {
        return roleOf[who] == APPROVER || (who != address(0) && who == _policy.agent);
    }

    function _requireAgent(address who) private view {
        if (who != _policy.agent) revert NotParty(who, _policy.agent);
        participants.requireActive(who);
    }

    // --- settings ---

    function _apply(Settings memory settings) private {
        for (uint256 i; i < settings.keys.length; ++i) {
            _setKey(settings.keys[i]);
        }
        for (uint256 i; i < settings.limits.length; ++i) {
            _setLimit(settings.limits[i]);
        }
        if (settings.policy.length != 0) {
            _policy = settings.policy[0];
            emit PolicySet(settings.policy[0]);
        }
        _requireWhole();
    }

    function _setKey(KeySetting memory setting) private {
        if (setting.role == 0) _keys.remove(setting.key);
        else _keys.add(setting.key);
        roleOf[setting.key] = setting.role;
        emit KeySet(setting.key, setting.role);
    }

    function _setLimit(LimitSetting memory setting) private {
        bytes32 entry = _entryOf(setting.target, setting.selector);
        if (setting.limit.each == 0) _limited.remove(entry);
        else _limited.add(entry);
        _limits[entry] = setting.limit;
        emit LimitSet(setting.target, setting.selector, setting.limit);
    }

    /// @dev What the whole account must be after any change.
    function _requireWhole() private view {
        uint256 count = _keys.length();
        _requireFew("KEYS", count, MAX_KEYS);
        _requireFew("LIMITS", _limited.length(), MAX_LIMITS);
        uint8 roles;
        for (uint256 i; i < count; ++i) {
            roles |= roleOf[_keys.at(i)];
        }
        if (roles != (CLERK | APPROVER)) revert KeysMissing((CLERK | APPROVER) - roles);
        if (roleOf[_policy.agent] != 0) revert AgentHoldsKey(_policy.agent);
    }

    /// @dev What can be said of settings before they act, so that a faulty change is refused when it is proposed.
    function _requireSound(Settings memory settings) private view {
        uint256 count = settings.keys.length + settings.limits.length + settings.policy.length;
        _requireCount("SETTINGS", count, MAX_LIMITS);
        _requireFew("POLICY", settings.policy.length, 1);
        for (uint256 i; i < settings.keys.length; ++i) {
            _requireSoundKey(settings.keys[i]);
        }
        for (uint256 i; i < settings.limits.length; ++i) {
            _requireSoundLimit(settings.limits[i]);
        }
        if (settings.policy.length != 0) _requireSoundPolicy(settings.policy[0]);
    }

    function _requireSoundKey(KeySetting memory setting) private view {
        if (setting.key == address(0)) revert ZeroHash("KEY");
        if (setting.key == address(this)) revert SameParty(setting.key, address(this));
        if (setting.role > APPROVER) revert Unknown("ROLE", setting.role);
    }

    function _requireSoundLimit(LimitSetting memory setting) private pure {
        if (setting.target == address(0)) revert ZeroHash("TARGET");
        Limit memory limit = setting.limit;
        if (limit.each > limit.daily) revert AmountTooLarge(limit.each, limit.daily);
    }

    function _requireSoundPolicy(Policy memory p) private view {
        if (p.delay < MIN_DELAY) revert IPowers.DelayTooShort(p.delay, MIN_DELAY);
        if (p.delay > MAX_DELAY) revert DelayTooLong(p.delay, MAX_DELAY);
        if (p.recoveryDelay < 2 * p.delay) revert IPowers.DelayTooShort(p.recoveryDelay, 2 * p.delay);
        if (p.agent != address(0)) participants.requireActive(p.agent);
    }

    function _requireKey(address who, uint8 needed) private view {
        if (roleOf[who] != needed) revert NotKey(who, roleOf[who], needed);
    }

    function _requireCount(bytes32 what, uint256 count, uint256 most) private pure {
        if (count == 0) revert ZeroAmount();
        _requireFew(what, count, most);
    }

    function _requireFew(bytes32 what, uint256 count, uint256 most) private pure {
        if (count > most) revert TooMany(what, count, most);
    }
}
