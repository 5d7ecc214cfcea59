// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Green-bond frameworks and the external reviews bound to them
/// @notice A framework version is its document, its catalogue (with version) and the categories it may fund; the
/// review signs the hash of exactly that. Editing any of it makes a new version, and voids the review for new
/// allocation, payment and confirmation; what was encumbered stays payable.
/// A framework's own list of category codes only grows (at most 64); a version says which of them are admitted, so a
/// project's category keeps its meaning.
interface IFrameworks {
    struct Framework {
        address issuer;
        uint32 version;
        uint64 admitted; // bit i: the i-th category code is admitted in this version
        bytes32 contentHash;
    }

    /// @param kind 1 second-party opinion, 2 verification, 3 certification, 4 rating
    /// @param outcome 1 positive, 2 qualified, 3 refused; @param shade 0 none, 1 light, 2 medium, 3 dark green
    /// @param validUntil last day of validity, days since 1970; @param nonce rises with each statement of this verifier
    /// on this framework, so an older one that was kept back cannot undo a newer
    struct Review {
        uint32 framework;
        bytes32 contentHash;
        address verifier;
        uint8 kind;
        uint8 outcome;
        uint8 shade;
        uint32 validUntil;
        bytes32 document;
        uint64 nonce;
    }

    event FrameworkRegistered(
        uint32 indexed framework,
        address indexed issuer,
        uint32 version,
        bytes32 document,
        bytes32 catalogue,
        bytes32[] categories,
        bytes32 contentHash
    );
    event Reviewed(uint32 indexed framework, uint32 version, Review review);
    event ReviewWithdrawn(uint32 indexed framework, address indexed verifier, bytes32 document);

    error ReviewMissing(uint32 framework, uint32 had, uint32 needed);
    error ReviewNotPositive(uint32 framework, uint8 outcome);
    error ReviewLapsed(uint32 framework, uint32 validUntil, uint32 today);
    error ReviewMismatch(uint32 framework, bytes32 had, bytes32 needed);
    error StaleReview(uint32 framework, uint64 had, uint64 needed);
    error CategoryNotAdmitted(uint32 framework, uint8 category);
    error CategoryUnknown(uint32 framework, bytes32 code);
    error TooManyCategories(uint256 had, uint256 limit);

    function framework(uint32 id) external view returns (Framework memory);
    function count() external view returns (uint32);
    function categoryCode(uint32 id, uint8 category) external view returns (bytes32);
    /// @notice Index of a code in the framework's list; CategoryUnknown when it is not there.
    function categoryIndex(uint32 id, bytes32 code) external view returns (uint8);
    /// @notice The nonce of the verifier's last statement on this framework; the next must be larger.
    function lastNonce(uint32 id, address verifier) external view returns (uint64);
    function reviewDigest(Review calldata review) external view returns (bytes32);
    /// @notice Reverts ReviewMissing, ReviewNotPositive or ReviewLapsed unless a review of the present version holds.
    function requireReview(uint32 id) external view;
    /// @notice As `requireReview`, and CategoryNotAdmitted unless the version admits the category.
    function requireEligible(uint32 id, uint8 category) external view;

    function register(bytes32 document, bytes32 catalogue, bytes32[] calldata categories)
        external
        returns (uint32 id);
    function amend(uint32 id, bytes32 document, bytes32 catalogue, bytes32[] calldata categories) external;
    /// @notice Files a signed review; anyone may. Another verifier's review of the same version must have ended first, so
    /// that a refusal cannot be shopped away nor a stranger's framework be voided.
    function submitReview(Review calldata review, bytes calldata signature) external;
    function withdrawReview(uint32 id, bytes32 document) external;
}
