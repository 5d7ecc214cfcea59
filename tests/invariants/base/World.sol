// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBondOffice} from "../../../contracts/interfaces/IBondOffice.sol";
import {IBondService} from "../../../contracts/interfaces/IBondService.sol";
import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {ICashRegistry} from "../../../contracts/interfaces/ICashRegistry.sol";
import {ICouponTerms} from "../../../contracts/interfaces/ICouponTerms.sol";
import {ICreditLines} from "../../../contracts/interfaces/ICreditLines.sol";
import {IDocuments} from "../../../contracts/interfaces/IDocuments.sol";
import {IFinancing} from "../../../contracts/interfaces/IFinancing.sol";
import {IFrameworks} from "../../../contracts/interfaces/IFrameworks.sol";
import {ILockKeeper} from "../../../contracts/interfaces/ILockKeeper.sol";
import {IMandates} from "../../../contracts/interfaces/IMandates.sol";
import {IMaturity} from "../../../contracts/interfaces/IMaturity.sol";
import {IParticipants} from "../../../contracts/interfaces/IParticipants.sol";
import {IPieceBook} from "../../../contracts/interfaces/IPieceBook.sol";
import {IPowers} from "../../../contracts/interfaces/IPowers.sol";
import {IProceeds} from "../../../contracts/interfaces/IProceeds.sol";
import {IProgrammes} from "../../../contracts/interfaces/IProgrammes.sol";
import {IReceivables} from "../../../contracts/interfaces/IReceivables.sol";
import {IRecourse} from "../../../contracts/interfaces/IRecourse.sol";
import {ITrades} from "../../../contracts/interfaces/ITrades.sol";
import {ITransfers} from "../../../contracts/interfaces/ITransfers.sol";
import {Cheats} from "./Cheats.sol";

/// @title The whole system, deployed and wired as the deployment script does it, with actors who have keys
/// @dev Contracts are deployed from their artifacts and known here by interface only: a changed implementation
/// recompiles itself and nothing of the tests.
abstract contract World is Cheats {
    uint256 internal constant START = 1_760_000_000;
    int32 internal constant ZONE = 8 hours;
    uint16 internal constant ACCEPT_DAYS = 2;
    uint16 internal constant MAX_TENOR = 365;
    uint32 internal constant FAR = 100_000; // a day that never comes in these tests

    uint32 internal constant ISSUER = 1;
    uint32 internal constant VERIFIER = 2;
    uint32 internal constant INVESTOR = 4;
    uint32 internal constant OBLIGOR = 8;
    uint32 internal constant SUPPLIER = 16;
    uint32 internal constant FINANCIER = 32;
    uint32 internal constant BANK = 64;
    uint32 internal constant AUTHORITY = 256;

    uint8 internal constant INVOICE = 1;
    uint8 internal constant LOAN = 2;
    uint8 internal constant REFINANCING = 3;
    uint8 internal constant TRADE = 32;
    uint8 internal constant CONTRACT = 33;
    uint8 internal constant DELIVERY = 34;
    uint8 internal constant REGISTRATION = 35;
    uint8 internal constant SEARCH = 36;
    uint8 internal constant CREDIT_NOTE = 41;
    uint8 internal constant CONSENT = 44;

    /// One hash per kind of paper is enough: records are kept per registrar.
    bytes32 internal constant PAPER = keccak256("a paper");

    IPowers public powers;
    IParticipants public participants;
    IDocuments public documents;
    IFrameworks public frameworks;
    ICashRegistry public registry;
    ICash[] public cashes;
    IPieceBook public book;
    IProceeds public proceeds;
    ICreditLines public creditLines;
    IProgrammes public programmes;
    IReceivables public receivables;
    IMandates public mandates;
    IBondOffice public office;
    ITrades public trades;
    ICouponTerms public couponTerms;
    IBondService public service;
    ITransfers public transfers;
    IFinancing public financing;
    IMaturity public maturity;
    IRecourse public recourse;

    address public operator;
    address public guardian;
    address public outsider;
    address[] public issuers;
    address[] public companies;
    address[] public verifiers;
    address[] public investors;
    address[] public suppliers;
    address[] public financiers;
    address[] public banks;
    address[] public everybody;
    /// a court or regulator; not among everybody, so that its admission stands
    address public authority;
    mapping(address => uint256) internal _keyOf;
    uint256 private _nextKey = 0xA11CE;
    /// The block's time, kept here because a warp inside a call may not show in `block.timestamp` of that call.
    uint256 public clock;

    function _deploy() internal {
        _setClock(START);
        _actors();
        powers = IPowers(vm.deployCode("Powers.sol:Powers", ""));
        participants =
            IParticipants(vm.deployCode("Participants.sol:Participants", abi.encode(powers, false, ZONE)));
        documents = IDocuments(vm.deployCode("Documents.sol:Documents", abi.encode(participants, powers)));
        frameworks = IFrameworks(vm.deployCode("Frameworks.sol:Frameworks", abi.encode(participants, powers)));
        registry = ICashRegistry(vm.deployCode("CashRegistry.sol:CashRegistry", abi.encode(powers)));
        _deployCash(banks[0], "CNY", 2);
        _deployCash(banks[1], "EUR", 2);
        book = IPieceBook(vm.deployCode("PieceBook.sol:PieceBook", abi.encode(participants, powers)));
        _deployModules();
        _wire();
        _deployMore();
        powers.constitute(operator, guardian, 2 days);
    }

    /// @dev What only some histories need, before the powers are closed.
    function _deployMore() internal virtual {}

    function _deployCash(address bank, bytes3 currency, uint8 decimals) private {
        bytes memory arguments =
            abi.encode(participants, powers, bank, currency, decimals, "Ledger cash", "LC");
        cashes.push(ICash(vm.deployCode("Cash.sol:Cash", arguments)));
    }

    function _deployModules() private {
        bytes memory neighbours = abi.encode(powers, participants, documents, frameworks, book);
        address books = vm.deployCode("ProceedsBooks.sol:ProceedsBooks", neighbours);
        address placements = vm.deployCode("Placements.sol:Placements", neighbours);
        address works = vm.deployCode("Works.sol:Works", neighbours);
        proceeds = IProceeds(
            _module(
                "Proceeds.sol:Proceeds", abi.encodePacked(neighbours, abi.encode(books, placements, works))
            )
        );
        creditLines = ICreditLines(_module("CreditLines.sol:CreditLines", abi.encode(powers, participants)));
        programmes = IProgrammes(vm.deployCode("Programmes.sol:Programmes", abi.encode(powers)));
        receivables = IReceivables(_module("Receivables.sol:Receivables", _receivablesArguments()));
        mandates = IMandates(vm.deployCode("Mandates.sol:Mandates", abi.encode(participants)));
        address bond = vm.deployCode("GreenBond.sol:GreenBond", abi.encode(participants, mandates, documents));
        office = IBondOffice(
            _module(
                "BondOffice.sol:BondOffice",
                abi.encode(powers, participants, frameworks, proceeds, registry, bond, mandates)
            )
        );
        _deployBonds();
        transfers = ITransfers(
            vm.deployCode(
                "Transfers.sol:Transfers", abi.encode(participants, documents, book, receivables, programmes)
            )
        );
        financing = IFinancing(
            _module("Financing.sol:Financing", abi.encode(powers, participants, documents, book, receivables))
        );
        maturity = IMaturity(
            _module(
                "Maturity.sol:Maturity",
                abi.encode(powers, participants, book, programmes, receivables, creditLines, proceeds)
            )
        );
        recourse = IRecourse(
            vm.deployCode(
                "Recourse.sol:Recourse",
                abi.encode(participants, documents, book, programmes, receivables, maturity, financing)
            )
        );
    }

    function _receivablesArguments() private returns (bytes memory) {
        address account = vm.deployCode("Account.sol:Account", abi.encode(participants));
        address factory = vm.deployCode("AccountFactory.sol:AccountFactory", abi.encode(account));
        return abi.encode(
            powers,
            participants,
            documents,
            book,
            registry,
            creditLines,
            proceeds,
            programmes,
            factory,
            frameworks
        );
    }

    function _deployBonds() private {
        trades = ITrades(vm.deployCode("Trades.sol:Trades", abi.encode(office)));
        couponTerms = ICouponTerms(
            _module("CouponTerms.sol:CouponTerms", abi.encode(powers, participants, documents, office))
        );
        service = IBondService(
            _module(
                "BondService.sol:BondService",
                abi.encode(powers, participants, mandates, documents, office, proceeds, couponTerms)
            )
        );
    }

    function _module(string memory artifact, bytes memory arguments) internal returns (address) {
        address implementation = vm.deployCode(artifact, arguments);
        return vm.deployCode("ModuleProxy.sol:ModuleProxy", abi.encode(implementation));
    }

    function _wire() private {
        _set(address(powers), abi.encodeCall(IPowers.bind, (address(participants))));
        _set(address(documents), abi.encodeCall(IDocuments.setKind, (INVOICE, IDocuments.KindRule(1, 0))));
        _set(address(documents), abi.encodeCall(IDocuments.setKind, (LOAN, IDocuments.KindRule(1, 0))));
        _set(
            address(documents),
            abi.encodeCall(IDocuments.setKind, (REFINANCING, IDocuments.KindRule(2, VERIFIER)))
        );
        _set(address(documents), abi.encodeCall(IDocuments.setUser, (address(proceeds), true)));
        _set(address(frameworks), abi.encodeCall(IFrameworks.setCatalogue, (PAPER, 1, 0, PAPER)));
        _set(address(documents), abi.encodeCall(IDocuments.setUser, (address(receivables), true)));
        _set(address(documents), abi.encodeCall(IDocuments.setUser, (address(transfers), true)));
        for (uint256 i; i < cashes.length; ++i) {
            _set(address(registry), abi.encodeCall(ICashRegistry.list, (address(cashes[i]))));
            _set(address(cashes[i]), abi.encodeCall(ICash.setController, ("PROCEEDS", address(proceeds))));
            _set(address(cashes[i]), abi.encodeCall(ICash.setController, ("MATURITY", address(maturity))));
            _set(address(cashes[i]), abi.encodeCall(ICash.setController, ("SERVICE", address(service))));
        }
        _set(address(book), abi.encodeCall(IPieceBook.setModule, (address(receivables), 1, 9)));
        _set(address(book), abi.encodeCall(IPieceBook.setModule, (address(financing), 2, 6)));
        _set(address(book), abi.encodeCall(IPieceBook.setModule, (address(maturity), 3, 8)));
        _set(address(book), abi.encodeCall(IPieceBook.setModule, (address(transfers), 4, 6)));
        _set(address(book), abi.encodeCall(IPieceBook.setModule, (address(recourse), 6, 2)));
        _set(address(maturity), abi.encodeCall(IMaturity.setKeeper, (4, ILockKeeper(address(transfers)))));
        // These tests themselves, so that the book is asked for what its own modules never ask.
        _set(address(book), abi.encodeCall(IPieceBook.setModule, (address(this), 9, 15)));
        _duty(address(proceeds), address(office), "BONDS");
        _duty(address(proceeds), address(service), "SERVICE");
        _duty(address(office), address(service), "SERVICE");
        _duty(address(office), address(couponTerms), "SERVICE");
        _duty(address(couponTerms), address(service), "SERVICE");
        _duty(address(proceeds), address(receivables), "RECEIVABLES");
        _duty(address(proceeds), address(maturity), "MATURITY");
        _duty(address(creditLines), address(receivables), "RECEIVABLES");
        _duty(address(creditLines), address(maturity), "MATURITY");
        _duty(address(receivables), address(maturity), "MATURITY");
        IProgrammes.Programme memory terms =
            IProgrammes.Programme(5, 8, 4, 0, ACCEPT_DAYS, MAX_TENOR, 0, 90, 17 hours, 5);
        _set(address(programmes), abi.encodeCall(IProgrammes.set, (1, terms)));
        terms.terms = 1; // a transfer needs its receiver's acceptance
        _set(address(programmes), abi.encodeCall(IProgrammes.set, (2, terms)));
    }

    function _set(address target, bytes memory data) internal {
        powers.wire(target, data);
    }

    function _duty(address target, address module, bytes32 duty) internal {
        _set(target, abi.encodeWithSignature("setDuty(address,bytes32)", module, duty));
    }

    function _actors() private {
        operator = _key();
        guardian = _key();
        outsider = _key();
        _many(issuers, 2);
        _many(companies, 2);
        _many(verifiers, 2);
        _many(investors, 3);
        _many(suppliers, 4);
        _many(financiers, 2);
        _many(banks, 2);
        authority = _key();
    }

    function _many(address[] storage list, uint256 n) private {
        for (uint256 i; i < n; ++i) {
            address who = _key();
            list.push(who);
            everybody.push(who);
        }
    }

    function _key() private returns (address who) {
        uint256 key = ++_nextKey;
        who = vm.addr(key);
        _keyOf[who] = key;
    }

    // --- what every part needs ---

    function _setClock(uint256 timestamp) internal {
        clock = timestamp;
        vm.warp(timestamp);
    }

    function _today() internal view returns (uint32) {
        return uint32((clock + uint256(int256(ZONE))) / 1 days);
    }

    function _signed(address who, bytes32 digest) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf[who], digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev Derived here anew and not by the contracts' library, so that a fault there shows.
    function _axis(bytes32 module, bytes memory purpose) internal pure returns (address) {
        uint128 hash = uint128(uint256(keccak256(abi.encode(module, keccak256(purpose)))));
        return address(bytes20(abi.encodePacked("axis", hash)));
    }

    function _proceedsAxis(string memory purpose, uint256 id) internal pure returns (address) {
        return _axis("PROCEEDS", abi.encode(purpose, id));
    }

    function _claimAxis(bytes32 module, address who) internal pure returns (address) {
        return _axis(module, abi.encode("CLAIM", who));
    }

    function _escrowAxis(uint32 bond, address investor) internal pure returns (address) {
        return _axis("PROCEEDS", abi.encode("ESCROW", uint256(bond), investor));
    }

    function _balance(ICash cash, address axis) internal view returns (uint256) {
        return cash.balanceOf(axis);
    }
}
