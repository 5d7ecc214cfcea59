// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDocuments} from "../interfaces/IDocuments.sol";
import {IParticipants} from "../interfaces/IParticipants.sol";

/// @title A register of what participants say with papers of their own: who they are, and what they filed
abstract contract Filed {
    IParticipants public immutable participants;
    IDocuments public immutable documents;

    constructor(IParticipants participants_, IDocuments documents_) {
        participants = participants_;
        documents = documents_;
    }
}
