package io.ashlar.initiator.nvme.queue;

import io.ashlar.initiator.nvme.wire.InitializeConnection;

/// Which digests a host asks for.
public enum Digests {
  NONE(0),
  HEADER(InitializeConnection.DIGEST_HEADER),
  DATA(InitializeConnection.DIGEST_DATA),
  HEADER_AND_DATA(InitializeConnection.DIGEST_HEADER | InitializeConnection.DIGEST_DATA);

  private final int bits;

  Digests(int bits) {
    this.bits = bits;
  }

  /// The bits of ICReq's DGST field, which are also a PDU's digest flags.
  int bits() {
    return bits;
  }
}
