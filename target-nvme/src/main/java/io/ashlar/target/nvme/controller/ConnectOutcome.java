package io.ashlar.target.nvme.controller;

import io.ashlar.target.nvme.spec.NvmeStatus;
import org.jspecify.annotations.Nullable;

/// What became of a Connect.
///
/// @param result the completion's first dword: the controller's id, or the wrong field
/// @param controller set if and only if the status is success
public record ConnectOutcome(int status, long result, @Nullable Controller controller) {
  /// A refusal that names no field.
  public static ConnectOutcome refused(int status) {
    return new ConnectOutcome(status, 0, null);
  }

  /// A refusal because of the field at `field`.
  public static ConnectOutcome refusedFor(int field) {
    return new ConnectOutcome(NvmeStatus.CONNECT_INVALID_PARAMETERS, field, null);
  }

  /// No authentication is asked for: that half of the dword is zero.
  static ConnectOutcome connected(Controller controller) {
    return new ConnectOutcome(NvmeStatus.SUCCESS, controller.id(), controller);
  }
}
