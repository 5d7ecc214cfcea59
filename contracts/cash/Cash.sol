// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICash} from "../interfaces/ICash.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";
import {
    AlreadyUsed,
    AmountTooLarge,
    NotModule,
    NotParty,
    NotPowers,
    SameParty,
    ZeroAmount,
    ZeroHash
} from "../libraries/Errors.sol";
import {Purposes} from "../libraries/Purposes.sol";
import {Roles} from "../libraries/Roles.sol";

/// @title Cash
/// @notice The promise is in ICash.
/// @dev Immutable. The axes mapping must stay the first storage variable: evidence packs prove its slots.
contract Cash is ICash {
    uint32 private constant PURPOSE = 1;
    uint32 private constant SOURCE = 2;
    uint256 private constant COUNTER = type(uint112).max;
    uint256 private constant OUT_SHIFT = 112;
    uint256 private constant FLAG_SHIFT = 224;

    mapping(address => uint256) private _axes;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(bytes32 => bool) public bankReferenceUsed;
    mapping(bytes32 => address) public controllerOf;
    string public name;
    string public symbol;

    uint8 public immutable decimals;
    bytes3 public immutable currency;
    address public immutable bank;
    address public immutable powers;
    IParticipants public immutable participants;
    address private immutable _source;

    /// @param bank_ the settlement bank whose money this is; @param decimals_ digits of the minor unit
    constructor(
        IParticipants participants_,
        address powers_,
        address bank_,
        bytes3 currency_,
        uint8 decimals_,
        string memory name_,
        string memory symbol_
    ) {
        participants = participants_;
        powers = powers_;
        bank = bank_;
        currency = currency_;
        decimals = decimals_;
        name = name_;
        symbol = symbol_;
        _source = Purposes.axisOf(Purposes.CASH, Purposes.source());
        _axes[_source] = uint256(SOURCE) << FLAG_SHIFT;
    }

    modifier onlyBank() {
        if (msg.sender != bank) revert NotParty(msg.sender, bank);
        _;
    }

    modifier onlyController(bytes32 module) {
        if (controllerOf[module] != msg.sender) revert NotModule(msg.sender, module);
        _;
    }

    // --- reading ---

    function axis(address axis_) external view returns (uint112 incoming, uint112 outgoing, uint32 flags) {
        uint256 packed = _axes[axis_];
        return (uint112(packed), uint112(packed >> OUT_SHIFT), uint32(packed >> FLAG_SHIFT));
    }

    function axisOf(bytes32 module, bytes32 purpose) external pure returns (address) {
        return Purposes.axisOf(module, purpose);
    }

    function balanceOf(address axis_) public view returns (uint256) {
        return axis_ == _source ? 0 : _balance(_axes[axis_]);
    }

    function totalSupply() external view returns (uint256) {
        uint256 packed = _axes[_source];
        return ((packed >> OUT_SHIFT) & COUNTER) - (packed & COUNTER);
    }

    function checkTransfer(address from, address to, uint256 amount) external view {
        _requireGeneral(from);
        _requireGeneral(to);
        participants.requireActivePair(from, to);
        uint256 had = balanceOf(from);
        if (had < amount) revert InsufficientBalance(from, had, amount);
    }

    // --- holders ---

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return _transfer(msg.sender, to, amount, 0);
    }

    function transferWithDocument(address to, uint256 amount, bytes32 document) external returns (bool) {
        return _transfer(msg.sender, to, amount, document);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _spendAllowance(from, amount);
        return _transfer(from, to, amount, 0);
    }

    function transferFromWithDocument(address from, address to, uint256 amount, bytes32 document)
        external
        returns (bool)
    {
        _spendAllowance(from, amount);
        return _transfer(from, to, amount, document);
    }

    function redeem(uint256 amount, bytes32 document) external {
        participants.requireActive(msg.sender);
        _requireAmount(amount);
        _movePurpose(msg.sender, _redemption(msg.sender), amount, document);
    }

    function cancelRedeem(uint256 amount, bytes32 document) external {
        _requireAmount(amount);
        _move(_redemption(msg.sender), msg.sender, amount, document);
    }

    // --- settlement bank ---

    function mint(address to, uint256 amount, bytes32 bankReference) external onlyBank {
        participants.requireRole(msg.sender, Roles.BANK);
        _useReference(bankReference);
        _requireAmount(amount);
        _requireGeneral(to);
        participants.requireActive(to);
        _credit(_source, to, amount, _countOut(_source, amount), bankReference);
        emit Transfer(address(0), to, amount);
        emit Minted(to, amount, bankReference);
    }

    function burn(address holder, uint256 amount, bytes32 bankReference) external onlyBank {
        _useReference(bankReference);
        _requireAmount(amount);
        address from = _redemption(holder);
        _credit(from, _source, amount, _debit(from, amount), bankReference);
        emit Transfer(from, address(0), amount);
        emit Burned(holder, amount, bankReference);
    }

    // --- modules ---

    /// @dev Asks no admission: who is suspended may still pay a debt or give money back. Modules ask for what they sell.
    function collect(bytes32 module, bytes32 purpose, address from, uint256 amount, bytes32 document)
        external
        onlyController(module)
        returns (uint256 inOffset)
    {
        _requireAmount(amount);
        _spendAllowance(from, amount);
        address to = Purposes.axisOf(module, purpose);
        inOffset = _axes[to] & COUNTER;
        _movePurpose(from, to, amount, document);
    }

    function shift(bytes32 module, bytes32 fromPurpose, bytes32 toPurpose, uint256 amount, bytes32 document)
        external
        onlyController(module)
        returns (uint256 outOffset)
    {
        _requireAmount(amount);
        return _movePurpose(
            Purposes.axisOf(module, fromPurpose), Purposes.axisOf(module, toPurpose), amount, document
        );
    }

    function pay(bytes32 module, bytes32 purpose, address to, uint256 amount, bytes32 document)
        external
        onlyController(module)
        returns (uint256 outOffset)
    {
        _requireGeneral(to);
        participants.requireActive(to);
        _requireAmount(amount);
        return _move(Purposes.axisOf(module, purpose), to, amount, document);
    }

    function returnRedemption(address holder, uint256 amount, bytes32 document)
        external
        onlyController(Purposes.BANK)
    {
        _requireAmount(amount);
        _move(_redemption(holder), holder, amount, document);
    }

    // --- delayed powers ---

    function setController(bytes32 module, address controller) external {
        if (msg.sender != powers) revert NotPowers(msg.sender, powers);
        // The redemption and source axes belong to this contract alone, and to no module.
        if (module == 0 || module == Purposes.CASH) revert NotModule(controller, module);
        controllerOf[module] = controller;
        emit ControllerSet(module, controller);
    }

    // --- the two counters ---

    function _transfer(address from, address to, uint256 amount, bytes32 document) private returns (bool) {
        _requireGeneral(from);
        _requireGeneral(to);
        participants.requireActivePair(from, to);
        // A zero transfer and a transfer to oneself change no books: the ERC-20 event, and no counter.
        if (amount == 0 || from == to) {
            uint256 had = balanceOf(from);
            if (had < amount) revert InsufficientBalance(from, had, amount);
            emit Transfer(from, to, amount);
            return true;
        }
        _move(from, to, amount, document);
        return true;
    }

    /// @dev Credits a purpose, and marks its slot on first use for whoever reads slots.
    function _movePurpose(address from, address to, uint256 amount, bytes32 document)
        private
        returns (uint256 outOffset)
    {
        if (_axes[to] == 0) _axes[to] = uint256(PURPOSE) << FLAG_SHIFT;
        return _move(from, to, amount, document);
    }

    function _move(address from, address to, uint256 amount, bytes32 document)
        private
        returns (uint256 outOffset)
    {
        if (from == to) revert SameParty(from, to);
        outOffset = _debit(from, amount);
        _credit(from, to, amount, outOffset, document);
        emit Transfer(from, to, amount);
    }

    function _debit(address from, uint256 amount) private returns (uint256 outOffset) {
        uint256 packed = _axes[from];
        uint256 had = _balance(packed);
        if (had < amount) revert InsufficientBalance(from, had, amount);
        // out + amount <= in <= 2^112 - 1: the counter cannot run into the flags.
        _axes[from] = packed + (amount << OUT_SHIFT);
        return (packed >> OUT_SHIFT) & COUNTER;
    }

    function _countOut(address from, uint256 amount) private returns (uint256 outOffset) {
        uint256 packed = _axes[from];
        outOffset = (packed >> OUT_SHIFT) & COUNTER;
        _requireFits(outOffset, amount);
        _axes[from] = packed + (amount << OUT_SHIFT);
    }

    function _credit(address from, address to, uint256 amount, uint256 outOffset, bytes32 document) private {
        uint256 packed = _axes[to];
        uint256 inOffset = packed & COUNTER;
        _requireFits(inOffset, amount);
        _axes[to] = packed + amount;
        emit Moved(from, to, amount, outOffset, inOffset, document);
    }

    function _balance(uint256 packed) private pure returns (uint256) {
        return (packed & COUNTER) - ((packed >> OUT_SHIFT) & COUNTER);
    }

    function _redemption(address holder) private pure returns (address) {
        return Purposes.axisOf(Purposes.CASH, Purposes.redemption(holder));
    }

    function _requireAmount(uint256 amount) private pure {
        if (amount == 0) revert ZeroAmount();
    }

    function _requireFits(uint256 counter, uint256 amount) private pure {
        if (amount > COUNTER - counter) revert AmountTooLarge(amount, COUNTER - counter);
    }

    function _requireGeneral(address who) private pure {
        if (Purposes.isPurpose(who)) revert NotGeneralAxis(who);
    }

    function _useReference(bytes32 bankReference) private {
        if (bankReference == 0) revert ZeroHash("BANK_REFERENCE");
        if (bankReferenceUsed[bankReference]) revert AlreadyUsed("BANK_REFERENCE", bankReference);
        bankReferenceUsed[bankReference] = true;
    }

    function _spendAllowance(address from, uint256 amount) private {
        uint256 had = allowance[from][msg.sender];
        if (had < amount) revert InsufficientAllowance(from, msg.sender, had, amount);
        if (had != type(uint256).max) allowance[from][msg.sender] = had - amount;
    }
}
