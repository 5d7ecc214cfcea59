// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../interfaces/IDocuments.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {
    AlreadyUsed,
    DateOutOfOrder,
    NotModule,
    NotParty,
    NotPowers,
    SameParty,
    ZeroAmount,
    ZeroHash
} from "../libraries/Errors.sol";
import {Kinds} from "../libraries/Kinds.sol";
import {Signed} from "../libraries/Signed.sol";

/// @title Documents
/// @notice The promise is in IDocuments.
/// @dev Not behind a proxy, because every gate and every transfer reads it; new kinds are data, not code.
contract Documents is IDocuments, Signed {
    bytes32 private constant OBLIGATION_TYPE = keccak256(
        "Obligation(bytes32 fingerprint,bytes32 document,uint8 kind,bytes3 currency,uint96 total,uint32 date,address payer,address payee,address attester)"
    );
    uint8 private constant PAYEE_SIGNS = 1;
    uint8 private constant ATTESTER_SIGNS = 2;
    uint256 private constant NOT_USED = 1;
    uint256 private constant MOST_USES = 32;

    struct Capacity {
        uint96 total;
        uint96 used;
        uint32 date;
        uint8 kind;
        bytes3 currency;
    }

    /// @dev `credited` stands beside the payer because every use reads that slot anyway. The payee is in the
    /// fingerprint, and its old place remembers the uses that named a place: `NOT_USED` from the registration on, so
    /// that each finds a slot that is written already, then how many there were (16 bits) and a hash of them all (240).
    struct Parties {
        address payer;
        uint96 credited;
        uint256 uses;
    }

    address public immutable powers;
    IParticipants public immutable participants;

    mapping(address => mapping(bytes32 => Document)) private _documents;
    mapping(bytes32 => Capacity) private _capacities;
    mapping(bytes32 => Parties) private _parties;
    mapping(bytes32 => bytes32) private _papers;
    mapping(bytes32 => bytes32) private _links;
    mapping(address => mapping(bytes32 => bool)) private _noteUsed;
    mapping(uint8 => KindRule) private _kinds;
    mapping(address => bool) public isUser;

    constructor(IParticipants participants_, address powers_) {
        participants = participants_;
        powers = powers_;
    }

    modifier onlyUser() {
        if (!isUser[msg.sender]) revert NotModule(msg.sender, "DOCUMENTS");
        _;
    }

    modifier onlyPowers() {
        if (msg.sender != powers) revert NotPowers(msg.sender, powers);
        _;
    }

    // --- documents by hash ---

    function document(bytes32 hash, address registrar) external view returns (Document memory) {
        return _documents[registrar][hash];
    }

    function requireKnown(bytes32 hash, address registrar, uint8 kind) external view {
        Document storage d = _documents[registrar][hash];
        uint8 had = d.kind;
        if (had == 0 || (kind != 0 && had != kind)) revert DocumentUnknown(hash, registrar, kind);
    }

    function register(bytes32 hash, uint8 kind, bytes32 supersedes) external {
        participants.requireActive(msg.sender);
        if (hash == 0) revert ZeroHash("DOCUMENT");
        if (kind == 0) revert KindUnknown(kind);
        if (_documents[msg.sender][hash].kind != 0) revert AlreadyUsed("DOCUMENT", hash);
        if (supersedes != 0 && _documents[msg.sender][supersedes].kind == 0) {
            revert DocumentUnknown(supersedes, msg.sender, 0);
        }
        _documents[msg.sender][hash] = Document(kind, uint40(block.timestamp), supersedes);
        emit DocumentRegistered(hash, msg.sender, kind, supersedes);
    }

    // --- obligation documents ---

    function obligationDigest(Obligation calldata o) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    OBLIGATION_TYPE,
                    o.fingerprint,
                    o.document,
                    o.kind,
                    o.currency,
                    o.total,
                    o.date,
                    o.payer,
                    o.payee,
                    o.attester
                )
            )
        );
    }

    /// @param first the payer's signature; @param second the payee's or, for a self-reimbursement, the attester's
    function registerObligation(Obligation calldata o, bytes calldata first, bytes calldata second) external {
        if (o.fingerprint == 0) revert ZeroHash("FINGERPRINT");
        if (o.document == 0) revert ZeroHash("DOCUMENT");
        if (o.total == 0) revert ZeroAmount();
        if (o.date == 0 || o.date > participants.today()) {
            revert DateOutOfOrder("OBLIGATION", o.date, participants.today());
        }
        _requireNew(o.fingerprint, o.payee);
        address other = _secondSigner(o);
        participants.requireActivePair(o.payer, other);
        bytes32 digest = obligationDigest(o);
        _requireSigned(o.payer, digest, first);
        _requireSigned(other, digest, second);
        _capacities[o.fingerprint] = Capacity(o.total, 0, o.date, o.kind, o.currency);
        _parties[o.fingerprint] = Parties(o.payer, 0, NOT_USED);
        _papers[o.fingerprint] = o.document;
        emit ObligationRegistered(o.fingerprint, o);
    }

    function _secondSigner(Obligation calldata o) private view returns (address) {
        KindRule memory rule = _kinds[o.kind];
        if (rule.second == PAYEE_SIGNS) {
            if (o.payer == o.payee) revert SameParty(o.payer, o.payee);
            return o.payee;
        }
        if (rule.second != ATTESTER_SIGNS) revert KindUnknown(o.kind);
        if (o.payer != o.payee) revert SameParty(o.payer, o.payee);
        participants.requireRole(o.attester, rule.attesterRole);
        participants.requireUnrelated(o.payer, o.attester);
        return o.attester;
    }

    /// @dev The name of its payee stands in a fingerprint, so nobody occupies that of a rival's document.
    function _requireNew(bytes32 fingerprint, address payee) private view {
        if (_payeeOf(fingerprint) != payee) revert FingerprintForeign(fingerprint, payee);
        if (rootOf(fingerprint) != 0) revert AlreadyUsed("FINGERPRINT", fingerprint);
    }

    function obligation(bytes32 fingerprint)
        external
        view
        returns (
            address payer,
            address payee,
            uint8 kind,
            bytes3 currency,
            uint32 date,
            uint96 total,
            uint96 used
        )
    {
        bytes32 root = rootOf(fingerprint);
        Capacity memory c = _capacities[root];
        Parties storage p = _parties[root];
        return (p.payer, _payeeOf(root), c.kind, c.currency, c.date, c.total, c.used);
    }

    function rootOf(bytes32 fingerprint) public view returns (bytes32) {
        return _capacities[fingerprint].total == 0 ? _links[fingerprint] : fingerprint;
    }

    function paperOf(bytes32 fingerprint) external view returns (bytes32) {
        return _papers[rootOf(fingerprint)];
    }

    function credited(bytes32 fingerprint) external view returns (uint96) {
        return _parties[rootOf(fingerprint)].credited;
    }

    function checkUse(bytes32 fingerprint, uint256 amount) external view {
        bytes32 root = rootOf(fingerprint);
        _requireCapacity(fingerprint, _capacities[root], _parties[root].credited, amount);
    }

    function use(bytes32 fingerprint, uint256 amount)
        external
        onlyUser
        returns (address payer, address payee, uint8 kind, bytes3 currency, uint32 date)
    {
        bytes32 root = rootOf(fingerprint);
        Capacity memory c = _use(root, fingerprint, amount);
        return (_parties[root].payer, _payeeOf(root), c.kind, c.currency, c.date);
    }

    function useAt(bytes32 fingerprint, uint256 amount, uint144 place)
        external
        onlyUser
        returns (address payer, bytes3 currency, bytes32 root, bool kept)
    {
        root = rootOf(fingerprint);
        currency = _use(root, fingerprint, amount).currency;
        Parties storage p = _parties[root];
        payer = p.payer;
        uint256 before = p.uses;
        kept = before >> 240 < MOST_USES;
        if (kept) p.uses = _withUse(before, (uint256(place) << 96) | amount);
    }

    function uses(bytes32 fingerprint) external view returns (uint16 count, uint240 hash) {
        uint256 packed = _parties[rootOf(fingerprint)].uses;
        return packed <= NOT_USED ? (0, 0) : (uint16(packed >> 240), uint240(packed));
    }

    function usedAt(bytes32 fingerprint, uint144 place, uint256[] calldata all)
        external
        view
        returns (uint96 amount)
    {
        if (all.length > MOST_USES) return 0;
        uint256 packed = NOT_USED;
        for (uint256 i; i < all.length; ++i) {
            packed = _withUse(packed, all[i]);
            if (all[i] >> 96 == place) amount = uint96(all[i]);
        }
        if (packed != _parties[rootOf(fingerprint)].uses) return 0;
    }

    /// @dev One more, and the hash of what was there with it: no other list in no other order comes to the same.
    function _withUse(uint256 before, uint256 one) private pure returns (uint256) {
        uint256 count = (before >> 240) + 1;
        return (count << 240) | uint240(uint256(keccak256(abi.encode(before, one))));
    }

    function _use(bytes32 root, bytes32 fingerprint, uint256 amount) private returns (Capacity memory c) {
        c = _capacities[root];
        _requireCapacity(fingerprint, c, _parties[root].credited, amount);
        c.used += uint96(amount);
        _capacities[root].used = c.used;
        emit CapacityUsed(root, msg.sender, amount, c.used);
    }

    function release(bytes32 fingerprint, uint256 amount) external onlyUser {
        bytes32 root = rootOf(fingerprint);
        uint96 used = _capacities[root].used;
        if (amount > used) revert CapacityExceeded(fingerprint, used, amount);
        used -= uint96(amount);
        _capacities[root].used = used;
        emit CapacityReleased(root, msg.sender, amount, used);
    }

    function _requireCapacity(bytes32 fingerprint, Capacity memory c, uint256 credited_, uint256 amount)
        private
        pure
    {
        if (c.total == 0) revert ObligationUnknown(fingerprint);
        if (amount == 0) revert ZeroAmount();
        uint256 gone = c.used + credited_;
        uint256 free = gone < c.total ? c.total - gone : 0;
        if (amount > free) revert CapacityExceeded(fingerprint, free, amount);
    }

    // --- red invoices and epochs ---

    function credit(bytes32 fingerprint, bytes32 note, uint256 amount) external {
        bytes32 root = _requirePayee(fingerprint);
        if (_documents[msg.sender][note].kind != Kinds.CREDIT_NOTE) {
            revert DocumentUnknown(note, msg.sender, Kinds.CREDIT_NOTE);
        }
        if (_noteUsed[msg.sender][note]) revert AlreadyUsed("CREDIT_NOTE", note);
        if (amount == 0) revert ZeroAmount();
        Capacity memory c = _capacities[root];
        uint96 before = _parties[root].credited;
        if (amount > c.total - before) revert CapacityExceeded(fingerprint, c.total - before, amount);
        _noteUsed[msg.sender][note] = true;
        _parties[root].credited = before + uint96(amount);
        emit Credited(root, note, amount, before + amount, c.used);
    }

    function link(bytes32 former, bytes32 fingerprint) external {
        bytes32 root = _requirePayee(former);
        _requireNew(fingerprint, msg.sender);
        _links[fingerprint] = root;
        emit Linked(root, fingerprint);
    }

    function _requirePayee(bytes32 fingerprint) private view returns (bytes32 root) {
        participants.requireActive(msg.sender);
        root = rootOf(fingerprint);
        if (root == 0) revert ObligationUnknown(fingerprint);
        if (msg.sender != _payeeOf(root)) revert NotParty(msg.sender, _payeeOf(root));
    }

    function _payeeOf(bytes32 fingerprint) private pure returns (address) {
        return address(uint160(uint256(fingerprint)));
    }

    // --- delayed powers ---

    function kindRule(uint8 kind) external view returns (KindRule memory) {
        return _kinds[kind];
    }

    function setUser(address module, bool allowed) external onlyPowers {
        isUser[module] = allowed;
        emit UserSet(module, allowed);
    }

    function setKind(uint8 kind, KindRule calldata rule) external onlyPowers {
        _kinds[kind] = rule;
        emit KindSet(kind, rule);
    }
}
