package io.ashlar.daemon.volume;

import io.ashlar.control.VolumeSpec;
import io.ashlar.core.volume.VolumeId;
import java.util.List;

/// The shards, as the control plane uses them. Calls come from control threads and wait until the
/// shard has done what was asked, durably; they throw [ControlException] where it cannot.
public interface VolumeEngine {
  /// A volume that the engine holds.
  ///
  /// @param id its identity
  /// @param spec what the device remembers of its specification: all but limits and hosts
  record Held(VolumeId id, VolumeSpec spec) {}

  /// What the engine holds, for comparison with the records at start.
  List<Held> held();

  /// Makes an empty volume.
  void create(VolumeRecord volume);

  /// Opens the front door of a volume to hosts with the record's limits and hosts; again, with what
  /// has changed.
  void export(VolumeRecord volume);

  /// Gives a volume the record's size, durably. Hosts learn of it by the next [#export].
  void resize(VolumeRecord volume);

  /// The names of the hosts that are connected to a volume now.
  List<String> connected(VolumeId id);

  /// Ends all hosts' connections to a volume and lets no new ones in.
  void withdraw(VolumeRecord volume);

  /// Deletes a withdrawn volume and its key.
  void delete(VolumeId id);
}
