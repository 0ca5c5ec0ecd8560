package io.ashlar.target.nvme.pdu;

import io.ashlar.target.nvme.spec.CommandFlyweight;
import io.ashlar.target.nvme.spec.CompletionFlyweight;

/// CapsuleCmd and CapsuleResp (TCP 1.0, 3.6.2.6 and 3.6.2.7).
///
/// ```
/// command:  | common 8 | submission queue entry 64 | [digest 4] [pad] [data [digest 4]]
/// response: | common 8 | completion queue entry 16 | [digest 4]
/// ```
public final class CapsulePdu {
  public static final int ENTRY_OFFSET = PduHeader.LENGTH_BYTES;
  public static final int COMMAND_BYTES = ENTRY_OFFSET + CommandFlyweight.LENGTH_BYTES;
  public static final int RESPONSE_BYTES = ENTRY_OFFSET + CompletionFlyweight.LENGTH_BYTES;

  private CapsulePdu() {}
}
