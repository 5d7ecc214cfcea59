// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IFrameworks} from "../interfaces/IFrameworks.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {DateOutOfOrder, NotParty, Unknown, WrongState, ZeroHash} from "../libraries/Errors.sol";
import {Roles} from "../libraries/Roles.sol";
import {Signed} from "../libraries/Signed.sol";

/// @title Frameworks
/// @notice The promise is in IFrameworks.
/// @dev Not behind a proxy, because every gated payment reads it.
contract Frameworks is IFrameworks, Signed {
    bytes32 private constant REVIEW_TYPE = keccak256(
        "Review(uint32 framework,bytes32 contentHash,address verifier,uint8 kind,uint8 outcome,uint8 shade,uint32 validUntil,bytes32 document,uint64 nonce)"
    );
    uint256 private constant MAX_CATEGORIES = 64;
    uint8 private constant KINDS = 4;
    uint8 private constant POSITIVE = 1;
    uint8 private constant REFUSED = 3;
    uint8 private constant SHADES = 3;
    uint64 private constant LAST_NONCE = type(uint64).max;

    struct Standing {
        address verifier;
        uint32 version;
        uint32 validUntil;
        uint8 kind;
        uint8 outcome;
        uint8 shade;
    }

    IParticipants public immutable participants;

    uint32 public count;
    mapping(uint32 => Framework) private _frameworks;
    mapping(uint32 => Standing) private _reviews;
    mapping(uint32 => bytes32[]) private _codes;
    mapping(uint32 => mapping(bytes32 => uint8)) private _indexPlusOne;
    mapping(uint32 => mapping(address => uint64)) public lastNonce;

    constructor(IParticipants participants_) {
        participants = participants_;
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

    function register(bytes32 document, bytes32 catalogue, bytes32[] calldata categories)
        external
        returns (uint32 id)
    {
        participants.requireRole(msg.sender, Roles.ISSUER);
        id = ++count;
        _frameworks[id].issuer = msg.sender;
        _write(id, document, catalogue, categories);
    }

    function amend(uint32 id, bytes32 document, bytes32 catalogue, bytes32[] calldata categories) external {
        address issuer = _frameworks[id].issuer;
        if (issuer == address(0)) revert Unknown("FRAMEWORK", id);
        if (msg.sender != issuer) revert NotParty(msg.sender, issuer);
        participants.requireRole(msg.sender, Roles.ISSUER);
        _write(id, document, catalogue, categories);
    }

    function _write(uint32 id, bytes32 document, bytes32 catalogue, bytes32[] calldata categories) private {
        if (document == 0) revert ZeroHash("DOCUMENT");
        if (catalogue == 0) revert ZeroHash("CATALOGUE");
        if (categories.length == 0) revert ZeroHash("CATEGORIES");
        Framework storage f = _frameworks[id];
        uint32 version = f.version + 1;
        uint64 admitted;
        for (uint256 i; i < categories.length; ++i) {
            admitted |= uint64(1) << _indexOrAdd(id, categories[i]);
        }
        f.version = version;
        f.admitted = admitted;
        f.contentHash = keccak256(abi.encode(id, version, document, catalogue, categories));
        emit FrameworkRegistered(id, f.issuer, version, document, catalogue, categories, f.contentHash);
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
}
