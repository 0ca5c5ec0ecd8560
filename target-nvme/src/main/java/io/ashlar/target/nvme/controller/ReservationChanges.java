package io.ashlar.target.nvme.controller;

import io.ashlar.core.base.Check;
import io.ashlar.core.reservation.ReservationCodec;
import io.ashlar.core.reservation.ReservationTable;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.target.nvme.spec.NvmeStatus;
import java.util.ArrayDeque;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Changes of one volume's reservations by its NVMe hosts, one after the other: each is made
/// durable before the next begins, and is undone if it cannot be. So no host is told of a failure
/// whose change stays, and no host builds on a change that is taken back.
///
/// Hosts of other protocols change the same table at their own time. If one did so while a change
/// was being saved, the failed change stays in memory, because undoing it would undo theirs; the
/// other's own save decides about both.
public final class ReservationChanges {
  /// One host's command.
  public interface Change {
    /// Changes the table.
    ///
    /// @return the command's status, should the change become durable
    int apply();

    /// The command is over: refused, durable, undone or withdrawn.
    void end(int status);
  }

  private final BlockVolume volume;
  private final ReservationCodec codec = new ReservationCodec();
  private final BlockRequest save = new BlockRequest(this::onSaved);
  private final ArrayDeque<Change> waiting = new ArrayDeque<>();
  private @Nullable UnsafeBuffer before;
  private int beforeBytes;
  private @Nullable Change current;
  private long savedVersion;

  ReservationChanges(BlockVolume volume) {
    this.volume = volume;
    save.operation = BlockOperation.SAVE_RESERVATIONS;
  }

  /// Carries a change out, now or when those before it are durable.
  public void submit(Change change) {
    waiting.add(change);
    proceed();
  }

  /// Ends a change that has not begun.
  ///
  /// @return false if it has: it goes on
  public boolean withdraw(Change change) {
    if (!waiting.remove(change)) {
      return false;
    }
    change.end(NvmeStatus.ABORT_REQUESTED);
    return true;
  }

  private void proceed() {
    while (current == null && !waiting.isEmpty()) {
      begin(waiting.remove());
    }
  }

  private void begin(Change change) {
    ReservationTable table = volume.reservations();
    long versionBefore = table.version();
    remember(table);
    int status = change.apply();
    if (status != NvmeStatus.SUCCESS || table.version() == versionBefore) {
      change.end(status);
      return;
    }
    current = change;
    savedVersion = table.version();
    volume.submit(save);
  }

  private void remember(ReservationTable table) {
    UnsafeBuffer memory = before;
    if (memory == null) {
      memory = new UnsafeBuffer(new byte[ReservationCodec.LENGTH_BYTES_MAX]);
      before = memory;
    }
    beforeBytes = codec.encode(table, memory, 0);
  }

  private void onSaved(BlockRequest request) {
    Change saved = Check.present(current, "a save has its change");
    current = null;
    if (request.status != BlockStatus.OK && volume.reservations().version() == savedVersion) {
      undo();
    }
    saved.end(statusOf(request.status));
    proceed();
  }

  private void undo() {
    UnsafeBuffer memory = Check.present(before, "a change remembers what was");
    String complaint = codec.decode(memory, 0, beforeBytes, volume.reservations());
    Check.that(complaint == null, "what was encoded can be decoded");
  }

  private static int statusOf(BlockStatus outcome) {
    return switch (outcome) {
      case OK -> NvmeStatus.SUCCESS;
      case OFFLINE -> NvmeStatus.INTERNAL_PATH_ERROR; // a host with another path tries that one
      default -> NvmeStatus.INTERNAL_ERROR;
    };
  }
}
