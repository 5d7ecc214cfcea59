// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Documents by hash, and the capacity of obligation documents
/// @notice A document is a salted hash registered by a participant under a kind; the file stays off chain, sealed.
/// Records are kept per registrar, so nobody can occupy another's hash.
/// An obligation document (invoice, loan drawdown, refinancing statement, ...) is signed by two unlike signers of its
/// kind (EIP-712: chain and contract bound) and has a capacity. DOC-1: what is used against one obligation document
/// over bonds and receivables together never exceeds its total.
/// A fingerprint is the keyed tag of the document's identity fields in its first 12 bytes and the payee's account in
/// its last 20. The total is no part of the tag: the same document with another total meets the same fingerprint and
/// is refused. The payee is a part of the name: whoever knows a rival's invoice cannot register it first.
/// DOC-3: a red invoice (credit note) stops new use of what it cancels, at once and for ever; what was used stays used
/// (its holders bought it in good faith), so `used` may then exceed what the credit notes left.
/// DOC-4: fingerprints of one document under the keys of several epochs share one capacity once they are linked.
/// Assumes: a contract cannot recompute the tag, so both signers vouch for it, and every payer and financier
/// recomputes it under the keys of all epochs before money moves: what was registered anew instead of linked shows
/// there. Pledges and financings outside this ledger cannot be seen.
interface IDocuments {
    struct Document {
        uint8 kind;
        uint40 registeredAt;
        bytes32 supersedes;
    }

    /// @param currency ISO 4217; @param total in fen; @param date of the document, days since 1970
    /// @param attester the second signer where the kind has one (refinancing: the verifier), else zero
    struct Obligation {
        bytes32 fingerprint;
        bytes32 document;
        uint8 kind;
        bytes3 currency;
        uint96 total;
        uint32 date;
        address payer;
        address payee;
        address attester;
    }

    /// @param second 1: the payee signs beside the payer; 2: an attester with `attesterRole` does, and the payer
    /// reimburses itself
    struct KindRule {
        uint8 second;
        uint32 attesterRole;
    }

    event DocumentRegistered(
        bytes32 indexed document, address indexed registrar, uint8 kind, bytes32 supersedes
    );
    event ObligationRegistered(bytes32 indexed fingerprint, Obligation obligation);
    event CapacityUsed(bytes32 indexed fingerprint, address indexed module, uint256 amount, uint256 used);
    event CapacityReleased(bytes32 indexed fingerprint, address indexed module, uint256 amount, uint256 used);
    /// @param fingerprint the first one registered; @param credited of the total by all its credit notes so far
    /// @param used what had been used before: above zero it is a matter for whoever holds or paid it
    event Credited(
        bytes32 indexed fingerprint, bytes32 indexed note, uint256 amount, uint256 credited, uint256 used
    );
    event Linked(bytes32 indexed root, bytes32 indexed fingerprint);
    event KindSet(uint8 indexed kind, KindRule rule);
    event UserSet(address indexed module, bool allowed);

    error DocumentUnknown(bytes32 document, address registrar, uint8 kind);
    error ObligationUnknown(bytes32 fingerprint);
    error KindUnknown(uint8 kind);
    error FingerprintForeign(bytes32 fingerprint, address payee);
    error CapacityExceeded(bytes32 fingerprint, uint256 had, uint256 needed);

    function document(bytes32 hash, address registrar) external view returns (Document memory);
    /// @notice Reverts DocumentUnknown unless `registrar` registered `hash` as `kind` (0: any kind).
    function requireKnown(bytes32 hash, address registrar, uint8 kind) external view;
    function register(bytes32 hash, uint8 kind, bytes32 supersedes) external;

    function obligationDigest(Obligation calldata obligation) external view returns (bytes32);
    function registerObligation(Obligation calldata obligation, bytes calldata first, bytes calldata second)
        external;
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
        );
    function kindRule(uint8 kind) external view returns (KindRule memory);
    function isUser(address module) external view returns (bool);
    /// @notice May this much be used, and if not why: reverts with `use`'s own error.
    function checkUse(bytes32 fingerprint, uint256 amount) external view;

    /// @notice The fingerprint that holds the capacity: itself, the one it is linked to, or zero when unknown.
    function rootOf(bytes32 fingerprint) external view returns (bytes32);
    /// @notice The salted hash of the paper that both signed: what a financier opens and recomputes from.
    function paperOf(bytes32 fingerprint) external view returns (bytes32);
    function credited(bytes32 fingerprint) external view returns (uint96);
    /// @return count of the uses that named a place, as far as they are remembered here; @return hash of them all
    function uses(bytes32 fingerprint) external view returns (uint16 count, uint240 hash);
    /// @notice How much was used at `place`, by whoever brings all uses that are remembered here, in their order.
    /// @param all each as place (144 bits) and amount (96)
    /// @return amount zero unless these are all of them, and one of them was there
    function usedAt(bytes32 fingerprint, uint144 place, uint256[] calldata all)
        external
        view
        returns (uint96 amount);

    /// @notice The payee's red invoice over `amount` of the total: that much can never be used anew.
    /// @dev The payee alone, as it alone issues red invoices. It takes nothing from anybody: what was used stays.
    /// @param note a CREDIT_NOTE that the payee registered; each counts once
    function credit(bytes32 fingerprint, bytes32 note, uint256 amount) external;
    /// @notice After a change of the consortium's key: `fingerprint` names the document known as `former` too.
    /// @dev The payee alone: every fingerprint that names it is its own, so a wrong link stops only itself.
    function link(bytes32 former, bytes32 fingerprint) external;

    // --- modules ---
    function use(bytes32 fingerprint, uint256 amount)
        external
        returns (address payer, address payee, uint8 kind, bytes3 currency, uint32 date);
    /// @notice As `use`, and remembers where (a place that the module understands, never the same twice), for the first
    /// 32 uses of an obligation that say so. Cheap, because the registration wrote that slot.
    /// @dev `root` is the fingerprint that holds the capacity. Where `kept` is false there were 32 already, and the
    /// module must remember this one itself.
    function useAt(bytes32 fingerprint, uint256 amount, uint144 place)
        external
        returns (address payer, bytes3 currency, bytes32 root, bool kept);
    function release(bytes32 fingerprint, uint256 amount) external;

    // --- delayed powers ---
    function setUser(address module, bool allowed) external;
    function setKind(uint8 kind, KindRule calldata rule) external;
}
