// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IBondOffice} from "../../contracts/interfaces/IBondOffice.sol";
import {IBondService} from "../../contracts/interfaces/IBondService.sol";
import {ICouponTerms} from "../../contracts/interfaces/ICouponTerms.sol";
import {IDocuments} from "../../contracts/interfaces/IDocuments.sol";
import {IGreenBond} from "../../contracts/interfaces/IGreenBond.sol";
import {IMandates} from "../../contracts/interfaces/IMandates.sol";
import {IParticipants} from "../../contracts/interfaces/IParticipants.sol";
import {ServiceActs} from "./acts/ServiceActs.sol";

/// @title Two closed bonds with coupons, from the day after closing to their last fen
/// @notice The same world as `Play`, at a later time of its bonds: holding, trading, coupons, redemption.
contract Life is ServiceActs {
    uint64 private constant EACH = 37;

    mapping(bytes32 => bytes4[]) private _groups;

    function start() external virtual {
        _list();
        _begin();
        _forgetCounts();
    }

    function _begin() internal {
        _declareKinds();
        _deploy();
        _admitAll();
        _admitAuthority();
        _registerPapers();
        _endow();
        for (uint32 bond = 1; bond <= 2; ++bond) {
            _issue(bond);
        }
    }

    // --- set-up ---

    function _admitAuthority() private {
        IParticipants.Admission memory a = IParticipants.Admission(AUTHORITY, false, FAR, 0);
        bytes memory data =
            abi.encodeCall(IParticipants.admit, (authority, keccak256("authority"), "court", a, PAPER));
        _done("party.admit", operator, address(participants), data);
        _admissionOf[authority] = Admission(AUTHORITY, false, FAR);
        data = abi.encodeCall(IDocuments.register, (_paper(CONTRACT), CONTRACT, 0));
        _done("document.register", authority, address(documents), data);
    }

    function _done(bytes32 kind, address who, address target, bytes memory data) private {
        (bool ok,) = _act(kind, who, target, data);
        require(ok, _name(kind));
    }

    function _endow() private {
        address[3] memory spenders = [address(proceeds), address(service), address(trades)];
        for (uint256 i; i < everybody.length; ++i) {
            for (uint256 k; k < 2; ++k) {
                _fund(cashes[k], everybody[i], 400_000);
                for (uint256 s; s < 3; ++s) {
                    vm.prank(everybody[i]);
                    cashes[k].approve(spenders[s], type(uint256).max);
                }
            }
        }
    }

    /// @dev Registered, reviewed, booked by all investors, allotted, closed; terms filed; the depository named.
    function _issue(uint32 bond) private {
        address issuer = issuers[bond - 1];
        uint32 framework = _registerFramework(issuer, 7);
        while (!_reviewHolds(framework)) _review(framework, 1, FAR);
        (ICouponTerms.ServiceTerms memory terms, ICouponTerms.Period[] memory periods) = _schedule(bond);
        IBondOffice.Terms memory t;
        (t.framework, t.cash, t.document) = (framework, address(cashes[bond - 1]), PAPER);
        (t.denomination, t.issuePrice, t.maxUnits) = (DENOMINATION, DENOMINATION, 1000);
        (t.closesOn, t.couponPpm, t.serviceTerms) = (_today(), RATE, keccak256(abi.encode(terms, periods)));
        _done("bond.register", issuer, address(office), abi.encodeCall(IBondOffice.register, (t, "GB")));
        _take(bond, issuer);
        _done("bond.close", issuer, address(office), abi.encodeCall(IBondOffice.close, (bond, 0, 0)));
        _done(
            "service.file",
            outsider,
            address(couponTerms),
            abi.encodeCall(ICouponTerms.file, (bond, terms, periods))
        );
        _beginService(bond, periods);
        bytes memory grant = abi.encodeCall(IMandates.grant, (depository(), issuer, 3, uint32(0), FAR, PAPER));
        _done("mandate.grant", issuer, address(mandates), grant);
    }

    /// @dev Uneven bookings, so that every payment is cut off somewhere.
    function _take(uint32 bond, address issuer) private {
        Token storage t = _tokens.push();
        (t.token, t.issuer, t.cash) = (IGreenBond(office.bond(bond).token), issuer, uint8(bond - 1));
        _nameAxis(_proceedsAxis("ORIGIN", bond), Purpose.ORIGIN, bond);
        _nameAxis(_proceedsAxis("COST", bond), Purpose.COST, bond);
        _nameAxis(_proceedsAxis("POOL", bond), Purpose.POOL, bond);
        for (uint256 i; i < investors.length; ++i) {
            uint64 units = EACH + uint64(i) * 5;
            _nameAxis(_escrowAxis(bond, investors[i]), Purpose.ESCROW, bond);
            bytes memory data = abi.encodeCall(IBondOffice.book, (bond, units));
            _done("bond.book", investors[i], address(office), data);
            _held[bond][investors[i]].units = units;
            t.allotted += units;
            vm.prank(investors[i]);
            t.token.approve(address(trades), type(uint256).max);
        }
        bytes memory allot = abi.encodeCall(IBondOffice.allot, (bond, uint32(investors.length)));
        _done("bond.allot", issuer, address(office), allot);
    }

    function _schedule(uint32 bond)
        private
        view
        returns (ICouponTerms.ServiceTerms memory t, ICouponTerms.Period[] memory periods)
    {
        (t.couponKind, t.dayCount, t.frequency, t.ratePpm) = (1, 3, 2, RATE);
        (t.graceDays, t.callableFrom) = (GRACE, 1);
        periods = new ICouponTerms.Period[](PERIODS);
        uint32 day = _today() + bond;
        for (uint256 i; i < PERIODS; ++i) {
            ICouponTerms.Period memory p = periods[i];
            (p.start, p.end) = (day, day + 4 + uint32(i));
            (p.recordDay, p.payDay) = (p.end - 2, p.end);
            day = p.end;
        }
    }

    // --- acts ---

    function _declareKinds() internal virtual {
        bytes32[17] memory list = [
            bytes32("unit.transfer"),
            "unit.freeze",
            "unit.unfreeze",
            "unit.pause",
            "unit.unpause",
            "unit.freezeSome",
            "unit.unfreezeSome",
            "unit.force",
            "unit.trade",
            "service.open",
            "service.announce",
            "service.payIn",
            "service.pay",
            "service.default",
            "service.claim",
            "party.amend",
            "attack"
        ];
        for (uint256 i; i < list.length; ++i) {
            _declare(list[i]);
        }
    }

    function _list() private {
        bytes4[4] memory always = [
            this.life_passes.selector,
            this.party_amend.selector,
            this.unit_transfer.selector,
            this.attack_life.selector
        ];
        for (uint256 i; i < always.length; ++i) {
            _groups["always"].push(always[i]);
        }
        bytes4[6] memory units = [
            this.unit_freeze.selector,
            this.unit_pause.selector,
            this.unit_freezeSome.selector,
            this.unit_unfreezeSome.selector,
            this.unit_force.selector,
            this.unit_trade.selector
        ];
        for (uint256 i; i < units.length; ++i) {
            _groups["units"].push(units[i]);
        }
        bytes4[6] memory money = [
            this.service_open.selector,
            this.service_announce.selector,
            this.service_payIn.selector,
            this.service_pay.selector,
            this.service_default.selector,
            this.service_claim.selector
        ];
        for (uint256 i; i < money.length; ++i) {
            _groups["service"].push(money[i]);
        }
    }

    /// @notice The acts that matter to one promise; all of them for any other word.
    function selectors(bytes32 spec) external view virtual returns (bytes4[] memory list) {
        bytes4[] storage always = _groups["always"];
        bytes4[] storage more = _groups[spec == "SVC-1" ? bytes32("service") : bytes32("units")];
        bytes4[] storage rest = _groups["service"];
        bool all = spec != "SVC-1" && spec != "HOLD-1";
        list = new bytes4[](always.length + more.length + (all ? rest.length : 0));
        for (uint256 i; i < list.length; ++i) {
            if (i < always.length) list[i] = always[i];
            else if (i < always.length + more.length) list[i] = more[i - always.length];
            else list[i] = rest[i - always.length - more.length];
        }
    }

    function kindList() external view returns (bytes32[] memory) {
        return kinds;
    }

    // --- what nobody may do ---

    function attack_life(uint256 seed) external rolling(seed) {
        uint32 bond = _someToken();
        address token = address(_token(bond).token);
        address who = _odd(3) ? operator : _odd(2) ? _token(bond).issuer : _one(everybody);
        uint256 sort = _roll(5);
        if (sort == 0) _forbid("HOLD-1", who, token, abi.encodeCall(IGreenBond.mint, (investors[0], 1)));
        if (sort == 1) {
            _forbid("HOLD-2", who, token, abi.encodeCall(IGreenBond.addRecordDay, (_today() + 1)));
        }
        if (sort == 2) _forbid("HOLD-1", who, token, abi.encodeCall(IGreenBond.retire, ()));
        if (sort == 3) {
            bytes memory data = abi.encodeCall(ICouponTerms.fix, (bond, 0));
            _forbid("SVC-1", who, address(couponTerms), data);
        }
        if (sort == 4) {
            bytes memory data =
                abi.encodeCall(IGreenBond.transferFor, (investors[0], investors[1], 1, _paper(CONTRACT)));
            _forbid("HOLD-3", who, token, data);
        }
    }

    function _forbid(bytes32 spec, address who, address target, bytes memory data) private {
        (bool ok,) = _act("attack", who, target, data);
        _must(!ok, spec, "a forbidden act was accepted");
    }
}
