// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../interfaces/IDocuments.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {
    AlreadyUsed,
    DateOutOfOrder,
    NotModule,
    NotPowers,
    SameParty,
    ZeroAmount,
    ZeroHash
} from "../libraries/Errors.sol";
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

    struct Capacity {
        uint96 total;
        uint96 used;
        uint32 date;
        uint8 kind;
        bytes3 currency;
    }

    struct Parties {
        address payer;
        address payee;
    }

    address public immutable powers;
    IParticipants public immutable participants;

    mapping(address => mapping(bytes32 => Document)) private _documents;
    mapping(bytes32 => Capacity) private _capacities;
    mapping(bytes32 => Parties) private _parties;
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
        if (_capacities[o.fingerprint].total != 0) revert AlreadyUsed("FINGERPRINT", o.fingerprint);
        address other = _secondSigner(o);
        participants.requireActivePair(o.payer, other);
        bytes32 digest = obligationDigest(o);
        _requireSigned(o.payer, digest, first);
        _requireSigned(other, digest, second);
        _capacities[o.fingerprint] = Capacity(o.total, 0, o.date, o.kind, o.currency);
        _parties[o.fingerprint] = Parties(o.payer, o.payee);
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
        Capacity memory c = _capacities[fingerprint];
        Parties memory p = _parties[fingerprint];
        return (p.payer, p.payee, c.kind, c.currency, c.date, c.total, c.used);
    }

    function checkUse(bytes32 fingerprint, uint256 amount) external view {
        _requireCapacity(fingerprint, _capacities[fingerprint], amount);
    }

    function use(bytes32 fingerprint, uint256 amount)
        external
        onlyUser
        returns (address payer, address payee, uint8 kind, bytes3 currency, uint32 date)
    {
        Capacity memory c = _capacities[fingerprint];
        _requireCapacity(fingerprint, c, amount);
        c.used += uint96(amount);
        _capacities[fingerprint].used = c.used;
        emit CapacityUsed(fingerprint, msg.sender, amount, c.used);
        Parties storage p = _parties[fingerprint];
        return (p.payer, p.payee, c.kind, c.currency, c.date);
    }

    function release(bytes32 fingerprint, uint256 amount) external onlyUser {
        uint96 used = _capacities[fingerprint].used;
        if (amount > used) revert CapacityExceeded(fingerprint, used, amount);
        used -= uint96(amount);
        _capacities[fingerprint].used = used;
        emit CapacityReleased(fingerprint, msg.sender, amount, used);
    }

    function _requireCapacity(bytes32 fingerprint, Capacity memory c, uint256 amount) private pure {
        if (c.total == 0) revert ObligationUnknown(fingerprint);
        if (amount == 0) revert ZeroAmount();
        if (amount > c.total - c.used) revert CapacityExceeded(fingerprint, c.total - c.used, amount);
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
