// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {DateOutOfOrder, NotParty, NotPowers, Unknown, WrongState, ZeroHash} from "../libraries/Errors.sol";
import {Roles} from "../libraries/Roles.sol";
import {Signed} from "../libraries/Signed.sol";

/// @title Frameworks
/// @notice The promise is in IFrameworks.
/// @dev Not behind a proxy, because every gated payment reads it.
contract Frameworks is IFrameworks, Signed {
    bytes32 private constant REVIEW_TYPE = keccak256(
        "Review(uint32 framework,bytes32 contentHash,address verifier,uint8 kind,uint8 outcome,uint8 shade,uint32 validUntil,bytes32 document,bytes32 reasons,uint64 nonce)"
    );
    uint256 private constant MAX_CATEGORIES = 64;
    uint256 private constant MAX_UNDERTAKINGS = 64;
    uint8 private constant UNDERTAKING_KINDS = 4;
    uint8 private constant PERFORMANCE = 4;
    uint8 private constant POLARITIES = 2;
    uint8 private constant KINDS = 4;
    uint8 private constant POSITIVE = 1;
    uint8 private constant REFUSED = 3;
    uint8 private constant SHADES = 3;
    uint64 private constant LAST_NONCE = type(uint64).max;

    IParticipants public immutable participants;
    address public immutable powers;

    uint32 public count;
    mapping(uint32 => Framework) private _frameworks;
    mapping(uint32 => Standing) private _reviews;
    mapping(uint32 => bytes32[]) private _codes;
    mapping(uint32 => mapping(bytes32 => uint8)) private _indexPlusOne;
    mapping(uint32 => mapping(address => uint64)) public lastNonce;
    mapping(bytes32 => Catalogue) private _catalogues;
    mapping(uint32 => bytes32) public catalogueOf;
    mapping(uint32 => uint64) public undertaken;
    mapping(uint32 => Undertaking[]) private _undertakings;
    mapping(uint32 => mapping(bytes32 => uint8)) private _undertakingPlusOne;
    mapping(uint32 => mapping(uint8 => uint32)) private _droppedOn;

    constructor(IParticipants participants_, address powers_) {
        participants = participants_;
        powers = powers_;
    }

    // --- reading ---

    function framework(uint32 id) external view returns (Framework memory) {
        return _frameworks[id];
    }

    function standing(uint32 id) external view returns (Standing memory) {
        return _reviews[id];
    }

    function categoryCode(uint32 id, uint8 category) external view returns (bytes32) {
        if (category >= _codes[id].length) revert CategoryNotAdmitted(id, category);
        return _codes[id][category];
    }

    function categoryIndex(uint32 id, bytes32 code) external view returns (uint8) {
        uint8 plusOne = _indexPlusOne[id][code];
        if (plusOne == 0) revert CategoryUnknown(id, code);
        return plusOne - 1;
    }

    function catalogue(bytes32 code) external view returns (Catalogue memory) {
        return _catalogues[code];
    }

    function checkCatalogue(bytes32 code) public view {
        Catalogue memory c = _catalogues[code];
        uint32 day = participants.today();
        bool ended = c.until != 0 && c.until < day;
        if (c.from == 0 || c.from > day || ended) revert CatalogueNotInForce(code, c.from, c.until, day);
    }

    function undertakingCount(uint32 id) external view returns (uint256) {
        return _undertakings[id].length;
    }

    function undertaking(uint32 id, uint8 index)
        external
        view
        returns (Undertaking memory terms, uint32 droppedOn)
    {
        if (index >= _undertakings[id].length) revert UndertakingUnknown(id, index);
        return (_undertakings[id][index], _droppedOn[id][index]);
    }

    function hasReview(uint32 id) external view returns (bool) {
        uint32 version = _frameworks[id].version;
        Standing memory r = _reviews[id];
        bool present = version != 0 && r.version == version && r.outcome != REFUSED;
        return present && r.validUntil >= participants.today();
    }

    function requireReview(uint32 id) external view {
        _requireReview(id, _frameworks[id].version);
    }

    function requireEligible(uint32 id, uint8 category) external view {
        Framework storage f = _frameworks[id];
        (uint32 version, uint64 admitted) = (f.version, f.admitted);
        _requireReview(id, version);
        if ((admitted >> category) & 1 == 0) revert CategoryNotAdmitted(id, category);
    }

    function _requireReview(uint32 id, uint32 version) private view {
        Standing memory r = _reviews[id];
        if (version == 0) revert Unknown("FRAMEWORK", id);
        if (r.version != version) revert ReviewMissing(id, r.version, version);
        if (r.outcome == REFUSED) revert ReviewNotPositive(id, r.outcome);
        uint32 day = participants.today();
        if (r.validUntil < day) revert ReviewLapsed(id, r.validUntil, day);
    }

    // --- issuer ---

    function register(Content calldata content) external returns (uint32 id) {
        participants.requireRole(msg.sender, Roles.ISSUER);
        id = ++count;
        _frameworks[id].issuer = msg.sender;
        _write(id, content);
    }

    function amend(uint32 id, Content calldata content) external {
        address issuer = _frameworks[id].issuer;
        if (issuer == address(0)) revert Unknown("FRAMEWORK", id);
        if (msg.sender != issuer) revert NotParty(msg.sender, issuer);
        participants.requireRole(msg.sender, Roles.ISSUER);
        _write(id, content);
    }

    function _write(uint32 id, Content calldata content) private {
        if (content.document == 0) revert ZeroHash("DOCUMENT");
        if (content.catalogue == 0) revert ZeroHash("CATALOGUE");
        if (content.categories.length == 0) revert ZeroHash("CATEGORIES");
        _setCatalogueOf(id, content.catalogue);
        Framework storage f = _frameworks[id];
        uint32 version = f.version + 1;
        f.version = version;
        f.admitted = _admit(id, content.categories);
        uint64 held = _hold(id, content.undertakings);
        bytes32 contentHash = keccak256(abi.encode(id, version, content));
        f.contentHash = contentHash;
        emit FrameworkRegistered(
            id, f.issuer, version, content.document, content.catalogue, content.categories, held, contentHash
        );
    }

    function _setCatalogueOf(uint32 id, bytes32 code) private {
        if (catalogueOf[id] == code) return;
        checkCatalogue(code);
        catalogueOf[id] = code;
    }

    function _admit(uint32 id, bytes32[] calldata categories) private returns (uint64 admitted) {
        for (uint256 i; i < categories.length; ++i) {
            admitted |= uint64(1) << _indexOrAdd(id, categories[i]);
        }
    }

    function _indexOrAdd(uint32 id, bytes32 code) private returns (uint8) {
        if (code == 0) revert ZeroHash("CATEGORY");
        uint8 plusOne = _indexPlusOne[id][code];
        if (plusOne != 0) return plusOne - 1;
        uint256 size = _codes[id].length;
        if (size >= MAX_CATEGORIES) revert TooManyCategories(size + 1, MAX_CATEGORIES);
        _codes[id].push(code);
        _indexPlusOne[id][code] = uint8(size + 1);
        return uint8(size);
    }

    // --- undertakings ---

    /// @dev Replaces what the framework holds; what is dropped keeps the day until which it is owed.
    function _hold(uint32 id, Undertaking[] calldata undertakings) private returns (uint64 held) {
        uint32 day = participants.today();
        for (uint256 i; i < undertakings.length; ++i) {
            held |= uint64(1) << _undertakingOrAdd(id, undertakings[i], day);
        }
        uint64 before = undertaken[id];
        undertaken[id] = held;
        uint64 changed = before ^ held;
        for (uint8 i; changed >> i != 0; ++i) {
            if ((changed >> i) & 1 == 1) _changeHeld(id, i, (held >> i) & 1 == 1, day);
        }
    }

    function _changeHeld(uint32 id, uint8 index, bool isHeld, uint32 day) private {
        if (!isHeld) {
            _droppedOn[id][index] = day;
            emit UndertakingDropped(id, index, day);
        } else if (_droppedOn[id][index] != 0) {
            delete _droppedOn[id][index];
            emit UndertakingResumed(id, index);
        }
    }

    function _undertakingOrAdd(uint32 id, Undertaking calldata u, uint32 day) private returns (uint8) {
        bytes32 key = keccak256(abi.encode(u));
        uint8 plusOne = _undertakingPlusOne[id][key];
        if (plusOne != 0) return plusOne - 1;
        uint256 size = _undertakings[id].length;
        if (size >= MAX_UNDERTAKINGS) revert TooManyUndertakings(size + 1, MAX_UNDERTAKINGS);
        _requireTerms(u, size, day);
        _undertakings[id].push(u);
        _undertakingPlusOne[id][key] = uint8(size + 1);
        emit UndertakingAdded(id, uint8(size), u);
        return uint8(size);
    }

    /// @dev Atomic, measurable, dated: a name, a day, and a unit wherever there is a target to compare with.
    function _requireTerms(Undertaking calldata u, uint256 index, uint32 day) private pure {
        if (u.code == 0) revert ZeroHash("UNDERTAKING");
        if (u.kind == 0 || u.kind > UNDERTAKING_KINDS) {
            revert WrongState("UNDERTAKING_KIND", index, u.kind, UNDERTAKING_KINDS);
        }
        bool measured = u.polarity != 0 || u.kind == PERFORMANCE;
        if (u.polarity > POLARITIES || (measured && u.polarity == 0)) {
            revert WrongState("POLARITY", index, u.polarity, POLARITIES);
        }
        if (measured && u.unit == 0) revert ZeroHash("UNIT");
        if (u.dueDay < day) revert DateOutOfOrder("DUE_DAY", u.dueDay, day);
        if (u.lastDay < u.dueDay) revert DateOutOfOrder("LAST_DAY", u.lastDay, u.dueDay);
    }

    // --- verifier ---

    function reviewDigest(Review calldata r) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    REVIEW_TYPE,
                    r.framework,
                    r.contentHash,
                    r.verifier,
                    r.kind,
                    r.outcome,
                    r.shade,
                    r.validUntil,
                    r.document,
                    r.reasons,
                    r.nonce
                )
            )
        );
    }

    function submitReview(Review calldata r, bytes calldata signature) external {
        Framework memory f = _frameworks[r.framework];
        if (f.version == 0) revert Unknown("FRAMEWORK", r.framework);
        if (r.contentHash != f.contentHash) revert ReviewMismatch(r.framework, r.contentHash, f.contentHash);
        if (r.document == 0) revert ZeroHash("DOCUMENT");
        if (r.kind == 0 || r.kind > KINDS) revert WrongState("REVIEW_KIND", r.framework, r.kind, KINDS);
        if (r.outcome == 0 || r.outcome > REFUSED) {
            revert WrongState("OUTCOME", r.framework, r.outcome, POSITIVE);
        }
        if (r.outcome != POSITIVE && r.reasons == 0) revert ZeroHash("REASONS");
        if (r.shade > SHADES) revert WrongState("SHADE", r.framework, r.shade, SHADES);
        uint32 day = participants.today();
        if (r.validUntil < day) revert DateOutOfOrder("VALID_UNTIL", r.validUntil, day);
        participants.requireRole(r.verifier, Roles.VERIFIER);
        participants.requireUnrelated(f.issuer, r.verifier);
        // One verifier's finding on a version is not overwritten by another's: it ends, or is withdrawn, first.
        Standing memory present = _reviews[r.framework];
        bool stands = present.version == f.version && present.validUntil >= day;
        if (stands && present.verifier != r.verifier) revert NotParty(r.verifier, present.verifier);
        uint64 last = lastNonce[r.framework][r.verifier];
        if (r.nonce <= last || r.nonce == LAST_NONCE) revert StaleReview(r.framework, r.nonce, last + 1);
        _requireSigned(r.verifier, reviewDigest(r), signature);
        lastNonce[r.framework][r.verifier] = r.nonce;
        _reviews[r.framework] = Standing(r.verifier, f.version, r.validUntil, r.kind, r.outcome, r.shade);
        emit Reviewed(r.framework, f.version, r);
    }

    function withdrawReview(uint32 id, bytes32 document) external {
        address verifier = _reviews[id].verifier;
        if (verifier == address(0)) revert ReviewMissing(id, 0, _frameworks[id].version);
        if (msg.sender != verifier) revert NotParty(msg.sender, verifier);
        if (document == 0) revert ZeroHash("DOCUMENT");
        delete _reviews[id];
        // The next statement that was signed already is void too; the last number is kept free, so this never ends.
        uint64 next = lastNonce[id][verifier] + 1;
        if (next != LAST_NONCE) lastNonce[id][verifier] = next;
        emit ReviewWithdrawn(id, verifier, document);
    }

    // --- delayed powers ---

    function setCatalogue(bytes32 code, uint32 from, uint32 until, bytes32 contentHash) external {
        if (msg.sender != powers) revert NotPowers(msg.sender, powers);
        if (code == 0) revert ZeroHash("CATALOGUE");
        if (from == 0) revert DateOutOfOrder("FROM", 0, 1);
        if (until != 0 && until < from) revert DateOutOfOrder("UNTIL", until, from);
        _catalogues[code] = Catalogue(from, until, contentHash);
        emit CatalogueSet(code, from, until, contentHash);
    }
}
