// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title One piece in one word
/// @notice holder (bits 0..159) | end (160..223) | state (224..231) | layers (232..239) | sequence (240..255).
/// The state's low 3 bits are the kind, its high 5 bits the index of the module that locked it.
type PieceWord is uint256;

using {
    holder,
    end,
    state,
    layers,
    sequence,
    exists,
    withEnd,
    withState,
    withNext,
    movedTo
} for PieceWord global;

uint256 constant END = 160;
uint256 constant STATE = 224;
uint256 constant LAYERS = 232;
uint256 constant SEQUENCE = 240;

function newPiece(address holder_, uint64 end_, uint8 state_) pure returns (PieceWord) {
    return PieceWord.wrap(uint160(holder_) | (uint256(end_) << END) | (uint256(state_) << STATE));
}

function holder(PieceWord p) pure returns (address) {
    return address(uint160(PieceWord.unwrap(p)));
}

function end(PieceWord p) pure returns (uint64) {
    return uint64(PieceWord.unwrap(p) >> END);
}

function state(PieceWord p) pure returns (uint8) {
    return uint8(PieceWord.unwrap(p) >> STATE);
}

function layers(PieceWord p) pure returns (uint8) {
    return uint8(PieceWord.unwrap(p) >> LAYERS);
}

function sequence(PieceWord p) pure returns (uint16) {
    return uint16(PieceWord.unwrap(p) >> SEQUENCE);
}

function exists(PieceWord p) pure returns (bool) {
    return PieceWord.unwrap(p) != 0;
}

function withEnd(PieceWord p, uint64 end_) pure returns (PieceWord) {
    return
        PieceWord.wrap((PieceWord.unwrap(p) & ~(uint256(type(uint64).max) << END)) | (uint256(end_) << END));
}

function withState(PieceWord p, uint8 state_) pure returns (PieceWord) {
    return
        PieceWord.wrap(
            (PieceWord.unwrap(p) & ~(uint256(type(uint8).max) << STATE)) | (uint256(state_) << STATE)
        );
}

/// @dev The caller has seen that the sequence is not at its end: the sum cannot leave the word.
function withNext(PieceWord p) pure returns (PieceWord) {
    unchecked {
        return PieceWord.wrap(PieceWord.unwrap(p) + (1 << SEQUENCE));
    }
}

/// @dev One layer deeper; the caller has seen that the layers are not at their end.
function movedTo(PieceWord p, address recipient) pure returns (PieceWord) {
    unchecked {
        uint256 rest = PieceWord.unwrap(p) & ~uint256(type(uint160).max);
        return PieceWord.wrap((rest | uint160(recipient)) + (1 << LAYERS));
    }
}
