// What paperround sends, in Slack's own types: tests/peers/test_block_kit.py makes a JSON Schema of it.
import { KnownBlock, ModalView } from "@slack/types";

export interface Payload {
  blocks: KnownBlock[];
}

// A view of Slack's takes blocks of any type at all; ours has none that Slack does not know.
export interface Modal extends ModalView {
  blocks: KnownBlock[];
}
