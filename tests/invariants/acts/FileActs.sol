// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../../../contracts/interfaces/IDocuments.sol";
import {IFactoringFiles} from "../../../contracts/interfaces/IFactoringFiles.sol";
import {LoanActs} from "./LoanActs.sol";

/// @title Factoring files: papers in their order, applications, review results of exactly what was looked at
abstract contract FileActs is LoanActs {
    uint8 private constant ORDER = 37;

    struct FileRecord {
        address supplier;
        uint64 receivable;
        uint8 papers;
        uint16 version;
    }

    struct ReviewRecord {
        uint8 state; // 1 applied, 2 approved, 3 rejected
        uint16 version;
    }

    struct Filing {
        uint64 id;
        uint8 place; // 1 order, 2 delivery, 3 invoice
        address by;
        address registrar;
        bytes32 document;
        bool good; // the paper is there, and says what it corrects
    }

    IFactoringFiles public files;
    FileRecord[] private _files; // id - 1
    mapping(uint64 => mapping(uint8 => bytes32)) private _filed; // by place
    mapping(uint64 => mapping(uint8 => address)) private _filedBy;
    mapping(uint64 => mapping(address => ReviewRecord)) private _reviews;
    uint256 private _sheet;

    function _someFile() private returns (uint64) {
        uint256 n = _files.length;
        return uint64(_odd(3) || n < 3 ? 1 + _roll(n) : n - _roll(2));
    }

    function file_open(uint256 seed) external rolling(seed) {
        uint64 id = _someLive();
        if (id == 0) return;
        uint64 start = _freePiece(id);
        PieceRecord storage g = _pieces[id][start];
        (uint64 from, uint64 to) = (start, g.end);
        if (_odd(4)) from += uint64(_roll(g.end - start + 1));
        if (_odd(8)) to += 1;
        address by = _odd(10) ? _one(suppliers) : g.holder;
        bool allowed =
            _activeAs(by, SUPPLIER) && _claimOf(id).state == 2 && by == g.holder && from < to && to <= g.end;
        bytes memory data = abi.encodeCall(IFactoringFiles.open, (id, start, from, to));
        (bool ok,) = _act("file.open", by, address(files), data);
        _judge("FILE-1", "file.open", allowed, ok);
        if (ok) _files.push(FileRecord(by, id, 0, 0));
    }

    /// @notice The next paper, a correction of one that is there, or one that is out of order.
    function file_paper(uint256 seed) external rolling(seed) {
        if (_files.length == 0) return;
        Filing memory s;
        s.id = _someFile();
        FileRecord storage f = _files[s.id - 1];
        s.by = _odd(12) ? _one(suppliers) : f.supplier;
        s.place = f.papers < 3 && !_odd(3) ? f.papers + 1 : uint8(1 + _roll(3));
        s.registrar = _odd(4) ? _claimOf(f.receivable).obligor : _odd(12) ? outsider : f.supplier;
        if (s.place == 3) _invoice(s, f);
        else _someSheet(s, f);
        bool allowed = s.by == f.supplier && _active(s.by) && f.papers + 1 >= s.place && s.good
            && s.document != _filed[s.id][s.place];
        bytes memory data =
            abi.encodeCall(IFactoringFiles.filePaper, (s.id, _kindOf(s.place), s.document, s.registrar));
        (bool ok,) = _act("file.paper", s.by, address(files), data);
        _judge("FILE-1", "file.paper", allowed, ok);
        if (!ok) return;
        if (_filed[s.id][s.place] == 0) ++f.papers;
        ++f.version;
        (_filed[s.id][s.place], _filedBy[s.id][s.place]) = (s.document, s.registrar);
    }

    function _kindOf(uint8 place) private pure returns (uint8) {
        return place == 1 ? ORDER : place == 2 ? DELIVERY : INVOICE;
    }

    /// @dev The first supplier's is the one that was confirmed against; a later holder's its own.
    function _invoice(Filing memory s, FileRecord storage f) private {
        Claim storage k = _claimOf(f.receivable);
        s.document = k.fingerprint;
        if (f.supplier != k.supplier || _odd(6)) {
            bytes32 own = _obligation(INVOICE, _one(companies), f.supplier);
            if (own != 0) s.document = own;
        }
        Paper storage p = _papers[_paperOf[s.document] - 1];
        bool confirmed = f.supplier != k.supplier || s.document == k.fingerprint;
        s.good = p.kind == INVOICE && p.payee == f.supplier && confirmed;
    }

    function _someSheet(Filing memory s, FileRecord storage f) private {
        bytes32 former = _filed[s.id][s.place];
        if (_odd(8) && former != 0) {
            s.document = former;
            return;
        }
        if (former != 0 && !_odd(3)) s.registrar = _filedBy[s.id][s.place];
        s.document = keccak256(abi.encode("sheet", ++_sheet));
        bytes32 supersedes = _odd(6) ? bytes32(0) : former;
        bytes memory data = abi.encodeCall(IDocuments.register, (s.document, _kindOf(s.place), supersedes));
        bool known = _registered(s.registrar, data);
        bool party = s.registrar == f.supplier || s.registrar == _claimOf(f.receivable).obligor;
        s.good = known && party && supersedes == former;
    }

    function file_apply(uint256 seed) external rolling(seed) {
        if (_files.length == 0) return;
        uint64 id = _someFile();
        FileRecord storage f = _files[id - 1];
        address financier = _odd(12) ? _one(banks) : _one(financiers);
        address by = _odd(12) ? _one(suppliers) : f.supplier;
        bytes32 paper = _paperOr(APPLICATION);
        ReviewRecord storage r = _reviews[id][financier];
        bool open = r.state == 1 || (r.state == 2 && r.version == f.version);
        bool allowed = by == f.supplier && _active(by) && f.papers == 3 && _activeAs(financier, FINANCIER)
            && !open && paper == _paper(APPLICATION);
        bytes memory data = abi.encodeCall(IFactoringFiles.applyTo, (id, financier, paper));
        (bool ok,) = _act("file.apply", by, address(files), data);
        _judge("FILE-1", "file.apply", allowed, ok);
        if (ok) (r.state, r.version) = (1, f.version);
    }

    function file_review(uint256 seed) external rolling(seed) {
        if (_files.length == 0) return;
        (uint64 id, address by) = _someApplication();
        FileRecord storage f = _files[id - 1];
        ReviewRecord storage r = _reviews[id][by];
        uint16 version = _odd(6) ? f.version - (f.version == 0 ? 0 : 1) : f.version;
        (bool approved, bytes32 reason) = (!_odd(3), _odd(3) ? bytes32(0) : bytes32("why"));
        bytes32 paper = _paperOr(REVIEW_RESULT);
        bool allowed = r.state == 1 && version == f.version && (approved || reason != 0)
            && _activeAs(by, FINANCIER) && paper == _paper(REVIEW_RESULT);
        bytes memory data = abi.encodeCall(IFactoringFiles.review, (id, version, approved, paper, reason));
        (bool ok,) = _act("file.review", by, address(files), data);
        _judge("FILE-1", "file.review", allowed, ok);
        if (ok) (r.state, r.version) = (approved ? 2 : 3, version);
    }

    function _someApplication() private returns (uint64 id, address by) {
        (id, by) = (_someFile(), _one(financiers));
        for (uint64 i = 1; i <= _files.length; ++i) {
            for (uint256 k; k < financiers.length; ++k) {
                if (_reviews[i][financiers[k]].state == 1 && !_odd(3)) (id, by) = (i, financiers[k]);
            }
        }
    }

    /// @notice FILE-1 as a state: papers in their order, and a result stands for exactly the papers it looked at.
    function checkFiles() external view {
        require(files.count() == _files.length, "FILE-1: a file appeared or disappeared");
        for (uint64 id = 1; id <= _files.length; ++id) {
            FileRecord storage f = _files[id - 1];
            IFactoringFiles.File memory shown = files.file(id);
            require(shown.papers == f.papers && shown.version == f.version, "FILE-1: other papers");
            for (uint8 place = 1; place <= 3; ++place) {
                bytes32 document = files.paper(id, _kindOf(place)).document;
                require(document == _filed[id][place], "FILE-1: another paper");
                require((document != 0) == (place <= f.papers), "FILE-1: a paper is out of its order");
            }
            for (uint256 k; k < financiers.length; ++k) {
                ReviewRecord storage r = _reviews[id][financiers[k]];
                uint8 stands = r.state > 1 && r.version != f.version ? 4 : r.state;
                require(files.standing(id, financiers[k]) == stands, "FILE-1: another result stands");
            }
        }
    }
}
