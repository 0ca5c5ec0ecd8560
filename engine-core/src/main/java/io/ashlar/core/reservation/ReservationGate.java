package io.ashlar.core.reservation;

import io.ashlar.core.base.Check;
import java.util.ArrayDeque;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// Lets changes of one volume's reservations through one after the other, whatever protocol their
/// hosts speak: each is made durable before the next begins, and is undone if it cannot be. So no
/// host is told of a failure whose change stays, and none builds on a change that is taken back.
///
/// Hosts that were told of a change which is undone (an event, a unit attention) look and find that
/// nothing changed.
public final class ReservationGate {
  /// One host's command.
  public interface Change {
    /// Changes the table, or refuses to.
    ///
    /// @return whether the host is to be told of success once the table is durable
    boolean apply();

    /// Has the volume save its reservations; [#saved] is to be called when it did or could not.
    void save();

    /// The command is over.
    void end(Ending ending);
  }

  /// How a change ended.
  public enum Ending {
    /// It was not to be: nothing changed.
    REFUSED,
    /// What was asked for holds, and is durable.
    DURABLE,
    /// It could not be saved, and was undone.
    UNDONE,
    /// It was taken back before its turn came.
    WITHDRAWN
  }

  private final ReservationTable table;
  private final ReservationCodec codec = new ReservationCodec();
  private final ArrayDeque<Change> waiting = new ArrayDeque<>();
  private final UnsafeBuffer before = new UnsafeBuffer(0, 0);
  private @Nullable Change current;

  /// How the current change ends, once nothing lingers.
  private @Nullable Ending reached;

  /// Commands of preempted hosts that were too far on their way, and have not ended.
  private int lingering;

  ReservationGate(ReservationTable table) {
    this.table = table;
  }

  /// Carries a change out, now or when those before it are over.
  public void submit(Change change) {
    waiting.add(change);
    proceed();
  }

  /// Ends a change whose turn has not come.
  ///
  /// @return false if it has: the change goes on
  public boolean withdraw(Change change) {
    if (!waiting.remove(change)) {
      return false;
    }
    change.end(Ending.WITHDRAWN);
    return true;
  }

  /// The volume saved what the present change made of the table, or could not.
  public void saved(boolean durable) {
    Check.that(current != null && reached == null, "a save has its change");
    if (!durable) {
      undo();
    }
    end(durable ? Ending.DURABLE : Ending.UNDONE);
    proceed();
  }

  /// Has the current change, an abort of other hosts' commands, wait for one more that could not be
  /// withdrawn: when it is answered, nothing of them is still to come.
  public void await() {
    Check.that(current != null, "only a change that is made waits");
    lingering++;
  }

  /// A command that was waited for has ended.
  public void over() {
    Check.that(lingering > 0, "what ends was waited for");
    lingering--;
    Ending ending = reached;
    if (lingering == 0 && ending != null) {
      end(ending);
      proceed();
    }
  }

  private void end(Ending ending) {
    if (lingering > 0) {
      reached = ending;
      return;
    }
    Change change = Check.present(current, "what ends was begun");
    current = null;
    reached = null;
    change.end(ending);
  }

  private void proceed() {
    while (current == null && !waiting.isEmpty()) {
      begin(waiting.remove());
    }
  }

  private void begin(Change change) {
    long versionBefore = table.version();
    before.wrap(new byte[ReservationCodec.lengthBytesMax(table)]);
    int length = codec.encode(table, before, 0);
    before.wrap(before, 0, length);
    current = change;
    boolean accepted = change.apply();
    if (accepted && table.version() != versionBefore) {
      change.save();
    } else {
      end(accepted ? Ending.DURABLE : Ending.REFUSED);
    }
  }

  private void undo() {
    String complaint = codec.decode(before, 0, before.capacity(), table);
    Check.that(complaint == null, "what was encoded can be decoded");
  }
}
