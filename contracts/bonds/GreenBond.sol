// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC20/ERC20Upgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBondOffice} from "../interfaces/IBondOffice.sol";
import {IDocuments} from "../interfaces/IDocuments.sol";
import {IDuties} from "../interfaces/IDuties.sol";
import {IGreenBond} from "../interfaces/IGreenBond.sol";
import {ILenders} from "../interfaces/ILenders.sol";
import {IMandates} from "../interfaces/IMandates.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {
    AmountTooLarge,
    DateOutOfOrder,
    NotModule,
    NotParty,
    SameParty,
    ZeroAmount
} from "../libraries/Errors.sol";
import {MandateKinds} from "../libraries/MandateKinds.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title GreenBond
/// @notice The promise is in IGreenBond. One clone per bond; decimals 0, because a unit is not divisible.
/// @dev ERC-20 is OpenZeppelin's but for where balances live: one slot per holder says everything a move asks of it, and
/// a move writes a second slot only when a record day passed since the holder's last one. The total supply is kept the
/// same way, as the holding of the zero address.
contract GreenBond is IGreenBond, ERC20Upgradeable {
    bytes32 private constant SERVICE = "SERVICE";
    uint8 private constant BY_AUTHORITY = 1;
    uint8 private constant BY_DEPOSITORY = 2;
    uint256 public constant MAX_RECORD_DAYS = 256;

    /// `passed` is the last record day that a move found over, `next` the one after it (zero: none);
    /// `lenders` is here because every move reads this slot.
    struct Status {
        bool retired;
        uint8 pausedBy;
        uint32 passed;
        uint32 next;
        address lenders;
    }

    IParticipants public immutable participants;
    IMandates public immutable mandates;
    IDocuments public immutable documents;

    address public office;
    uint32 public bondId;
    Status private _status;
    // sorted; a day that is over is never inserted
    uint32[] private _recordDays;
    mapping(address => Holding) private _holdings;
    mapping(address => mapping(uint256 => Checkpoint)) private _checkpoints;

    constructor(IParticipants participants_, IMandates mandates_, IDocuments documents_) {
        participants = participants_;
        mandates = mandates_;
        documents = documents_;
        _disableInitializers();
    }

    function initialize(address office_, uint32 bond, string calldata label, address lenders_)
        external
        initializer
    {
        __ERC20_init(label, label);
        office = office_;
        bondId = bond;
        if (lenders_ != address(0)) _status.lenders = lenders_;
    }

    modifier onlyService() {
        if (IDuties(office).dutyOf(msg.sender) != SERVICE) revert NotModule(msg.sender, SERVICE);
        _;
    }

    // --- reading ---

    function decimals() public pure override returns (uint8) {
        return 0;
    }

    function totalSupply() public view override(ERC20Upgradeable, IERC20) returns (uint256) {
        return _holdings[address(0)].units;
    }

    function balanceOf(address holder) public view override(ERC20Upgradeable, IERC20) returns (uint256) {
        return holder == address(0) ? 0 : _holdings[holder].units;
    }

    function holding(address holder) external view returns (Holding memory) {
        return _holdings[holder];
    }

    function status() external view returns (bool retired, uint8 pausedBy) {
        return (_status.retired, _status.pausedBy);
    }

    function lenders() external view returns (address) {
        return _status.lenders;
    }

    function recordDays() external view returns (uint32[] memory) {
        return _recordDays;
    }

    function checkTransfer(address from, address to, uint256 units) external view {
        if (to == address(0)) revert ERC20InvalidReceiver(to);
        _requireMovable(_status, from, to);
        _requireFree(from, _holdings[from], units);
    }

    function detectTransferRestriction(address from, address to, uint256 units)
        external
        view
        returns (uint8 code)
    {
        try this.checkTransfer(from, to, units) {
            return Restrictions.NONE;
        } catch (bytes memory refusal) {
            return Restrictions.codeOf(refusal, to);
        }
    }

    function messageForTransferRestriction(uint8 code) external pure returns (string memory) {
        return Restrictions.sentence(code);
    }

    // --- record days ---

    function addRecordDay(uint32 day) external onlyService {
        uint32 today = participants.today();
        if (day < today || day == 0) revert DateOutOfOrder("RECORD_DAY", day, today);
        uint256 index = _firstFrom(day);
        uint256 length = _recordDays.length;
        if (index < length && _recordDays[index] == day) return;
        if (length == MAX_RECORD_DAYS) revert TooManyRecordDays(MAX_RECORD_DAYS);
        _recordDays.push(day);
        for (uint256 i = length; i > index; --i) {
            _recordDays[i] = _recordDays[i - 1];
        }
        _recordDays[index] = day;
        uint32 next = _status.next;
        if (next == 0 || day < next) _status.next = day;
        emit RecordDayAdded(day);
    }

    function unitsAt(address holder, uint32 recordDay) external view returns (uint64) {
        return holder == address(0) ? 0 : _unitsAt(holder, recordDay);
    }

    function supplyAt(uint32 recordDay) external view returns (uint64) {
        return _unitsAt(address(0), recordDay);
    }

    function _unitsAt(address holder, uint32 day) private view returns (uint64) {
        uint256 index = _firstFrom(day);
        if (index == _recordDays.length || _recordDays[index] != day) revert RecordDayUnknown(day);
        uint32 today = participants.today();
        if (day >= today) revert RecordDayOpen(day, today);
        Holding storage h = _holdings[holder];
        if (h.since <= day) return h.units;
        return _kept(_checkpoints[holder], h.checkpoints, day);
    }

    /// @dev The first checkpoint that ends after the day, if it had begun by then; in between nothing was held.
    function _kept(mapping(uint256 => Checkpoint) storage checkpoints, uint256 count, uint32 day)
        private
        view
        returns (uint64)
    {
        uint256 low;
        uint256 high = count;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (checkpoints[middle].until > day) high = middle;
            else low = middle + 1;
        }
        Checkpoint storage c = checkpoints[low];
        return low < count && c.since <= day ? c.units : 0;
    }

    /// @return low the index of the first record day that is not before `day`
    function _firstFrom(uint32 day) private view returns (uint256 low) {
        uint256 high = _recordDays.length;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (_recordDays[middle] < day) low = middle + 1;
            else high = middle;
        }
    }

    // --- the office and its service ---

    function mint(address investor, uint256 units) external {
        if (msg.sender != office) revert NotParty(msg.sender, office);
        _mint(investor, units);
    }

    function retire() external onlyService {
        if (_status.retired) revert BondRetired(bondId);
        _status.retired = true;
        emit Retired();
    }

    // --- moving ---

    function transferFor(address from, address to, uint256 units, bytes32 document) external {
        mandates.requireMandate(from, msg.sender, MandateKinds.DEPOSITORY, bondId);
        documents.requireKnown(document, msg.sender, 0);
        _transfer(from, to, units);
        emit CustodyTransfer(from, to, msg.sender, uint64(units), document);
    }

    /// @dev Called for every mint and every move that its holder, or an agent of the holder, wants.
    function _update(address from, address to, uint256 units) internal override {
        Status memory s = _status;
        if (from == address(0)) return _issue(s, to, units);
        uint32 day = _requireMovable(s, from, to);
        _requireFree(from, _holdings[from], units);
        _move(s, from, to, units, day);
    }

    function _issue(Status memory s, address to, uint256 units) private {
        if (s.retired) revert BondRetired(bondId);
        uint32 day = participants.today();
        uint32 passed = _lastPassed(s, day);
        uint64 supply = _preserve(address(0), day, passed);
        uint64 room = type(uint64).max - supply;
        if (units > room) revert AmountTooLarge(units, room);
        _holdings[address(0)].units = supply + uint64(units);
        _holdings[to].units = _preserve(to, day, passed) + uint64(units);
        emit Transfer(address(0), to, units);
    }

    function _requireMovable(Status memory s, address from, address to) private view returns (uint32 day) {
        if (s.retired) revert BondRetired(bondId);
        if (s.pausedBy != 0) revert BondPaused(bondId, s.pausedBy);
        _requireNotFrozen(from);
        _requireNotFrozen(to);
        day = _requireHolder(s.lenders, to);
        participants.requireActive(from);
    }

    /// @dev Who may hold: of a bond an investor, of a loan a lender that the borrower agreed to.
    function _requireHolder(address lenders_, address to) private view returns (uint32 day) {
        if (lenders_ == address(0)) return participants.requireRole(to, Roles.INVESTOR);
        return ILenders(lenders_).requireLender(bondId, to);
    }

    function _requireNotFrozen(address holder) private view {
        uint8 frozenBy = _holdings[holder].frozenBy;
        if (frozenBy != 0) revert AccountFrozen(holder, frozenBy);
    }

    function _requireFree(address holder, Holding storage h, uint256 units) private view {
        uint256 had = balanceOf(holder);
        if (had < units) revert ERC20InsufficientBalance(holder, had, units);
        uint256 free = had - h.frozenByAuthority - h.frozenByDepository;
        if (free < units) revert UnitsNotFree(holder, free, units);
    }

    /// @dev A move of nothing, or to oneself, changes no holding: whoever sends it cannot make others' checkpoints.
    function _move(Status memory s, address from, address to, uint256 units, uint32 day) private {
        if (units != 0 && from != to) {
            uint32 passed = _lastPassed(s, day);
            _holdings[from].units = _preserve(from, day, passed) - uint64(units);
            _holdings[to].units = _preserve(to, day, passed) + uint64(units);
        }
        emit Transfer(from, to, units);
    }

    /// @dev Before a holding changes: keeps what it was when a record day passed since its last change.
    function _preserve(address holder, uint32 day, uint32 passed) private returns (uint64 units) {
        Holding storage h = _holdings[holder];
        units = h.units;
        uint32 since = h.since;
        if (since == day) return units;
        if (units != 0 && passed >= since) {
            _checkpoints[holder][h.checkpoints] = Checkpoint(since, day, units);
            ++h.checkpoints;
        }
        h.since = day;
    }

    /// @return the last record day before today; looked up anew only once after each
    function _lastPassed(Status memory s, uint32 day) private returns (uint32) {
        if (s.next == 0 || s.next >= day) return s.passed;
        uint256 index = _firstFrom(day);
        s.passed = _recordDays[index - 1];
        s.next = index < _recordDays.length ? _recordDays[index] : 0;
        _status = s;
        return s.passed;
    }

    // --- authorities ---

    function freeze(address holder, uint8 reason, bytes32 document) external {
        _holdings[holder].frozenBy |= _authority(reason, document);
        emit Frozen(holder, msg.sender, reason, document);
    }

    function unfreeze(address holder, uint8 reason, bytes32 document) external {
        uint8 frozenBy = _holdings[holder].frozenBy;
        _holdings[holder].frozenBy = _lifted(frozenBy, _authority(reason, document));
        emit Unfrozen(holder, msg.sender, reason, document);
    }

    function freezeUnits(address holder, uint64 units, uint8 reason, bytes32 document) external {
        uint8 kind = _authority(reason, document);
        Holding storage h = _holdings[holder];
        if (units == 0) revert ZeroAmount();
        _requireFree(holder, h, units);
        if (kind == BY_AUTHORITY) h.frozenByAuthority += units;
        else h.frozenByDepository += units;
        emit UnitsFrozen(holder, msg.sender, units, reason, document);
    }

    function unfreezeUnits(address holder, uint64 units, uint8 reason, bytes32 document) external {
        uint8 kind = _authority(reason, document);
        if (units == 0) revert ZeroAmount();
        _release(holder, units, kind);
        emit UnitsUnfrozen(holder, msg.sender, units, reason, document);
    }

    function forceTransfer(address from, address to, uint64 units, uint8 reason, bytes32 document) external {
        uint32 day = participants.requireRole(msg.sender, Roles.AUTHORITY);
        _requireOrder(reason, document);
        Status memory s = _status;
        if (s.retired) revert BondRetired(bondId);
        if (units == 0) revert ZeroAmount();
        if (from == to) revert SameParty(from, to);
        _requireHolder(s.lenders, to);
        _freeByForce(from, units, reason, document);
        _move(s, from, to, units, day);
        emit ForcedTransfer(from, to, msg.sender, units, reason, document);
    }

    function pause(uint8 reason, bytes32 document) external {
        _status.pausedBy |= _authority(reason, document);
        emit Paused(msg.sender, reason, document);
    }

    function unpause(uint8 reason, bytes32 document) external {
        uint8 kind = _authority(reason, document);
        _status.pausedBy = _lifted(_status.pausedBy, kind);
        emit Unpaused(msg.sender, reason, document);
    }

    /// @dev Frozen units are released only as far as free ones do not suffice, and the release is an event of its own.
    function _freeByForce(address holder, uint64 units, uint8 reason, bytes32 document) private {
        Holding storage h = _holdings[holder];
        uint256 had = balanceOf(holder);
        if (had < units) revert ERC20InsufficientBalance(holder, had, units);
        uint256 free = had - h.frozenByAuthority - h.frozenByDepository;
        if (free >= units) return;
        uint64 missing = uint64(units - free);
        _release(holder, missing, BY_AUTHORITY);
        emit UnitsUnfrozen(holder, msg.sender, missing, reason, document);
    }

    /// @dev An AUTHORITY releases what authorities froze first, and then what a depository froze.
    function _release(address holder, uint64 units, uint8 kind) private {
        Holding storage h = _holdings[holder];
        uint64 own = kind == BY_AUTHORITY ? h.frozenByAuthority : 0;
        uint256 had = uint256(own) + h.frozenByDepository;
        if (had < units) revert UnitsNotFrozen(holder, had, units);
        uint64 first = own < units ? own : units;
        if (first != 0) h.frozenByAuthority = own - first;
        if (units != first) h.frozenByDepository -= units - first;
    }

    /// @return what stays stopped when this kind of authority lifts what it may
    function _lifted(uint8 stoppedBy, uint8 kind) private pure returns (uint8) {
        uint8 lifts = kind == BY_AUTHORITY ? BY_AUTHORITY | BY_DEPOSITORY : kind;
        if (stoppedBy & lifts == 0) revert NotStopped(stoppedBy, kind);
        return stoppedBy & ~lifts;
    }

    /// @return kind BY_AUTHORITY or BY_DEPOSITORY, whichever the sender is
    function _authority(uint8 reason, bytes32 document) private view returns (uint8 kind) {
        bool authority = participants.admission(msg.sender).roles & Roles.AUTHORITY != 0;
        if (authority) {
            participants.requireActive(msg.sender);
        } else {
            address issuer = IBondOffice(office).bond(bondId).issuer;
            mandates.requireMandate(issuer, msg.sender, MandateKinds.DEPOSITORY, bondId);
        }
        _requireOrder(reason, document);
        return authority ? BY_AUTHORITY : BY_DEPOSITORY;
    }

    function _requireOrder(uint8 reason, bytes32 document) private view {
        if (reason == 0) revert ReasonMissing();
        documents.requireKnown(document, msg.sender, 0);
    }
}
