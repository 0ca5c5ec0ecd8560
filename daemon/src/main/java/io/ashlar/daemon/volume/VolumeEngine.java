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

  /// Opens the front door of a volume to hosts, as the record says.
  void export(VolumeRecord volume);

  /// Applies a record's changed size, limits and hosts to an exported volume.
  void update(VolumeRecord volume);

  /// Ends all hosts' connections to a volume and lets no new ones in.
  void withdraw(VolumeRecord volume);

  /// Deletes a withdrawn volume and its key.
  void delete(VolumeId id);
}
