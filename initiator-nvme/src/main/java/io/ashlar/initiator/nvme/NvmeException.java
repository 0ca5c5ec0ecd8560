package io.ashlar.initiator.nvme;

import io.ashlar.initiator.nvme.command.NvmeStatus;
import java.io.IOException;

/// A command failed, or the connection did. The message is a sentence for people.
public final class NvmeException extends IOException {
  private final int status;

  NvmeException(String sentence, int status) {
    super(sentence);
    this.status = status;
  }

  /// The controller's status, or [NvmeStatus#HOST_PATHING_ERROR] where the connection ended.
  public int status() {
    return status;
  }

  public boolean is(NvmeStatus expected) {
    return expected.is(status);
  }
}
