package io.ashlar.target.nvme.controller;

import io.ashlar.target.nvme.spec.AsyncEvent;
import io.ashlar.target.nvme.spec.NvmeStatus;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Set;

/// The events a controller may tell its host, and the host's pending requests to be told (Base 2.0,
/// 5.2). An event kind that was told is silent until the host has read its log page.
final class AsyncEvents {
  /// What can happen.
  enum Kind {
    /// The namespace changed, for instance in size.
    NAMESPACE(AsyncEvent.NAMESPACE_CHANGED, AsyncEvent.CONFIGURE_NAMESPACE_NOTICES),
    /// The path's state changed.
    ANA(AsyncEvent.ANA_CHANGED, AsyncEvent.CONFIGURE_ANA_NOTICES),
    /// The discovery log changed.
    DISCOVERY(AsyncEvent.DISCOVERY_CHANGED, AsyncEvent.CONFIGURE_DISCOVERY_NOTICES),
    /// A reservation was lost or released; always told, the feature's mask is applied before.
    RESERVATION(AsyncEvent.RESERVATION_LOG_AVAILABLE, 0);

    final int result;
    final int configurationBit;

    Kind(int result, int configurationBit) {
      this.result = result;
      this.configurationBit = configurationBit;
    }
  }

  private final int requestsMax;
  private final ArrayDeque<AdminCommand> requests = new ArrayDeque<>();
  private final Set<Kind> untold = EnumSet.noneOf(Kind.class);
  private final Set<Kind> unread = EnumSet.noneOf(Kind.class);
  private int configuration;

  AsyncEvents(int requestsMax) {
    this.requestsMax = requestsMax;
  }

  int configuration() {
    return configuration;
  }

  void configure(int bits) {
    configuration = bits;
  }

  /// Keeps a request until something happens; at once if it has already.
  void request(AdminCommand command) {
    if (requests.size() == requestsMax) {
      command.complete(NvmeStatus.ASYNC_EVENT_LIMIT_EXCEEDED);
      return;
    }
    requests.add(command);
    tell();
  }

  void raise(Kind kind) {
    if (kind.configurationBit == 0 || (configuration & kind.configurationBit) != 0) {
      untold.add(kind);
      tell();
    }
  }

  /// The host has read the kind's log page: it may be told anew.
  void wasRead(Kind kind) {
    unread.remove(kind);
    tell();
  }

  /// Ends a pending request at its host's wish.
  boolean abort(int commandId) {
    for (AdminCommand command : requests) {
      if (command.entry.commandId() == commandId) {
        requests.remove(command);
        command.complete(NvmeStatus.ABORT_REQUESTED);
        return true;
      }
    }
    return false;
  }

  /// The controller is reset: requests are ended, events are forgotten.
  void abortAll() {
    AdminCommand[] pending = requests.toArray(new AdminCommand[0]);
    clear();
    for (AdminCommand command : pending) {
      command.complete(NvmeStatus.ABORT_REQUESTED);
    }
  }

  /// Forgets all: the host is gone.
  void clear() {
    requests.clear();
    untold.clear();
    unread.clear();
    configuration = 0;
  }

  private void tell() {
    for (Kind kind : Kind.values()) {
      if (untold.contains(kind) && !unread.contains(kind) && !requests.isEmpty()) {
        untold.remove(kind);
        unread.add(kind);
        requests.remove().completeWithResult(kind.result & 0xFFFF_FFFFL);
      }
    }
  }
}
