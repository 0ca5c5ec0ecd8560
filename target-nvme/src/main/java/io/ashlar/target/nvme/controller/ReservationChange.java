package io.ashlar.target.nvme.controller;

import io.ashlar.core.reservation.ReservationGate;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.target.nvme.spec.NvmeStatus;

/// A host's command that changes its volume's reservations, on its way through their gate. These
/// are rare, and may cost some objects.
public abstract class ReservationChange implements ReservationGate.Change {
  private final BlockVolume volume;
  private final BlockRequest save = new BlockRequest(this::onSaved);
  private int status = NvmeStatus.ABORT_REQUESTED;

  protected ReservationChange(BlockVolume volume) {
    this.volume = volume;
    save.operation = BlockOperation.SAVE_RESERVATIONS;
  }

  /// Changes the table.
  ///
  /// @return the command's status, should the change become durable
  protected abstract int change();

  /// The command is over: refused, durable, undone or withdrawn.
  protected abstract void end(int status);

  /// Carries the change out, now or when those before it are over.
  public final void submit() {
    volume.reservations().gate().submit(this);
  }

  /// Ends the change if its turn has not come.
  ///
  /// @return false if it has: it goes on
  public final boolean withdraw() {
    return volume.reservations().gate().withdraw(this);
  }

  @Override
  public final boolean apply() {
    status = change();
    return status == NvmeStatus.SUCCESS;
  }

  @Override
  public final void save() {
    volume.submit(save);
  }

  private void onSaved(BlockRequest request) {
    status =
        switch (request.status) {
          case OK -> NvmeStatus.SUCCESS;
          case OFFLINE -> NvmeStatus.INTERNAL_PATH_ERROR; // a host with another path tries that one
          default -> NvmeStatus.INTERNAL_ERROR;
        };
    volume.reservations().gate().saved(request.status == BlockStatus.OK);
  }

  @Override
  public final void end(ReservationGate.Ending ending) {
    end(status);
  }
}
