// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Green-bond frameworks and the external reviews bound to them
/// @notice A framework version is its document, its catalogue (with version) and the categories it may fund; the
/// review signs the hash of exactly that. Editing any of it makes a new version, and voids the review for new
/// allocation, payment and confirmation; what was encumbered stays payable.
/// A framework's own list of category codes only grows (at most 64); a version says which of them are admitted, so a
/// project's category keeps its meaning. Undertakings are kept alike: at most 64 over all versions, each with its
/// index for good; a version says which of them it holds. One that a version drops stays owed for what was due
/// until that day, and one taken up again is owed as if it had never been dropped.
/// A catalogue is known by its code, with the days it is in force: a new framework, or one that changes its catalogue,
/// needs one in force today; a framework that keeps its own may keep it for ever.
/// Assumes: who signs a review is fit on the day it is filed (a verifier, active, unrelated to the issuer). A finding
/// that was lawful then keeps its own validity when its verifier lapses later; the label (`ILabels`) tells.
interface IFrameworks {
    /// @notice What a version consists of, and what its content hash is over.
    /// @param catalogue code of a catalogue, version included, in ASCII; @param categories codes of that catalogue
    struct Content {
        bytes32 document;
        bytes32 catalogue;
        bytes32[] categories;
        Undertaking[] undertakings;
    }

    /// @notice One atomic, measurable, dated promise.
    /// @param kind 1 selection, 2 management, 3 reporting, 4 performance
    /// @param polarity 0 done or not done, 1 at least the target, 2 at most the target
    /// @param everyMonths 0 once, else the months from one due day to the next (the last of a short month)
    /// @param dueDay of the first occurrence; @param lastDay no occurrence is due after it
    /// @param validator who judges the evidence; zero: the verifier of the framework's review
    /// @param code the issuer's name for it, as in the document, in ASCII; @param unit of value and target, in ASCII
    struct Undertaking {
        uint8 kind;
        uint8 polarity;
        uint8 everyMonths;
        uint32 dueDay;
        uint32 lastDay;
        address validator;
        bytes32 code;
        bytes16 unit;
        uint128 target;
    }

    /// @param from first and @param until last day in force (0: no end), days since 1970
    /// @param contentHash of the published list; zero when the list is not at hand
    struct Catalogue {
        uint32 from;
        uint32 until;
        bytes32 contentHash;
    }

    /// @notice The review filed last, and the version it is about.
    struct Standing {
        address verifier;
        uint32 version;
        uint32 validUntil;
        uint8 kind;
        uint8 outcome;
        uint8 shade;
    }

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
    /// @param reasons hash of the paper that says why it is qualified or refused
    struct Review {
        uint32 framework;
        bytes32 contentHash;
        address verifier;
        uint8 kind;
        uint8 outcome;
        uint8 shade;
        uint32 validUntil;
        bytes32 document;
        bytes32 reasons;
        uint64 nonce;
    }

    event CatalogueSet(bytes32 indexed code, uint32 from, uint32 until, bytes32 contentHash);
    event FrameworkRegistered(
        uint32 indexed framework,
        address indexed issuer,
        uint32 version,
        bytes32 document,
        bytes32 catalogue,
        bytes32[] categories,
        uint64 undertaken,
        bytes32 contentHash
    );
    event UndertakingAdded(uint32 indexed framework, uint8 index, Undertaking undertaking);
    event UndertakingDropped(uint32 indexed framework, uint8 index, uint32 day);
    event UndertakingResumed(uint32 indexed framework, uint8 index);
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
    error TooManyUndertakings(uint256 had, uint256 limit);
    error UndertakingUnknown(uint32 framework, uint8 index);
    error CatalogueNotInForce(bytes32 code, uint32 from, uint32 until, uint32 today);

    function framework(uint32 id) external view returns (Framework memory);
    function count() external view returns (uint32);
    function catalogue(bytes32 code) external view returns (Catalogue memory);
    function catalogueOf(uint32 id) external view returns (bytes32 code);
    /// @notice Reverts CatalogueNotInForce unless a new framework may use this catalogue today.
    function checkCatalogue(bytes32 code) external view;
    function standing(uint32 id) external view returns (Standing memory);
    function categoryCode(uint32 id, uint8 category) external view returns (bytes32);
    /// @notice Index of a code in the framework's list; CategoryUnknown when it is not there.
    function categoryIndex(uint32 id, bytes32 code) external view returns (uint8);
    /// @return bit i: the present version holds the i-th undertaking
    function undertaken(uint32 id) external view returns (uint64);
    function undertakingCount(uint32 id) external view returns (uint256);
    /// @return terms what was promised; @return droppedOn the day a version dropped it, zero while it is held
    function undertaking(uint32 id, uint8 index)
        external
        view
        returns (Undertaking memory terms, uint32 droppedOn);
    /// @notice The nonce of the verifier's last statement on this framework; the next must be larger.
    function lastNonce(uint32 id, address verifier) external view returns (uint64);
    function reviewDigest(Review calldata review) external view returns (bytes32);
    /// @notice Reverts ReviewMissing, ReviewNotPositive or ReviewLapsed unless a review of the present version holds.
    function requireReview(uint32 id) external view;
    /// @notice What `requireReview` says, as an answer.
    function hasReview(uint32 id) external view returns (bool);
    /// @notice As `requireReview`, and CategoryNotAdmitted unless the version admits the category.
    function requireEligible(uint32 id, uint8 category) external view;

    function register(Content calldata content) external returns (uint32 id);
    function amend(uint32 id, Content calldata content) external;
    /// @notice Files a signed review; anyone may. Another verifier's review of the same version must have ended first, so
    /// that a refusal cannot be shopped away nor a stranger's framework be voided.
    function submitReview(Review calldata review, bytes calldata signature) external;
    function withdrawReview(uint32 id, bytes32 document) external;

    /// @notice Only the delayed powers: names a catalogue, or changes its days. Frameworks that have it keep it.
    function setCatalogue(bytes32 code, uint32 from, uint32 until, bytes32 contentHash) external;
}
