package io.ashlar.daemon.volume;

import io.ashlar.control.ByteSize;
import io.ashlar.control.ControlException;
import io.ashlar.control.DeleteMode;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.QosLimits;
import io.ashlar.control.VolumeInfo;
import io.ashlar.control.VolumeSpec;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.daemon.volume.VolumeRecord.Phase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/// Creates, changes and deletes volumes. One change at a time; called by control threads.
public final class VolumeService {
  /// Each volume costs memory for its key, its limits and its metrics.
  public static final int VOLUMES_MAX = 1024;

  private final ReentrantLock change = new ReentrantLock();
  private boolean isRetired;
  private final VolumeRegistry registry;
  private final VolumeEngine engine;
  private final ExportNames names;

  public VolumeService(VolumeRegistry registry, VolumeEngine engine, ExportNames names) {
    this.registry = registry;
    this.engine = engine;
    this.names = names;
  }

  /// All volumes by name.
  public List<VolumeInfo> volumes() {
    return records().stream().map(this::info).toList();
  }

  /// The records of all served volumes by name.
  public List<VolumeRecord> records() {
    return registry.records().stream()
        .filter(each -> each.phase() == Phase.READY)
        .sorted(Comparator.comparing(each -> each.spec().name()))
        .toList();
  }

  /// @param nameOrId a volume's name or id
  public VolumeInfo volume(String nameOrId) {
    return info(find(nameOrId));
  }

  /// Creates a volume; the same specification again answers with the volume that is there.
  public Created create(VolumeSpec spec) {
    VolumeRules.check(spec);
    return exclusively(() -> createOrFind(spec));
  }

  /// A volume, and whether this call made it.
  public record Created(VolumeInfo volume, boolean isNew) {}

  private Created createOrFind(VolumeSpec spec) {
    for (VolumeRecord present : registry.records()) {
      if (present.spec().name().equals(spec.name())) {
        if (present.phase() == Phase.READY && present.spec().equals(spec)) {
          return new Created(info(present), false);
        }
        throw new ControlException(
            ProblemCode.VOLUME_EXISTS,
            "A volume '"
                + spec.name()
                + (present.phase() == Phase.DELETING
                    ? "' is being deleted: delete it again to finish that."
                    : "' exists with another specification: choose another name, or change it with"
                        + " resize, qos and host."));
      }
    }
    String elsewhere = registry.whereElse(spec.name());
    if (elsewhere != null) {
      throw new ControlException(ProblemCode.VOLUME_EXISTS, elsewhere);
    }
    if (registry.records().size() >= VOLUMES_MAX) {
      throw new ControlException(
          ProblemCode.LIMIT_REACHED,
          "This node serves " + VOLUMES_MAX + " volumes, its limit: delete one first.");
    }
    VolumeRecord volume = new VolumeRecord(new VolumeId(UUID.randomUUID()), spec, Phase.CREATING);
    registry.put(volume);
    return new Created(info(finishCreation(volume)), true);
  }

  private VolumeRecord finishCreation(VolumeRecord volume) {
    try {
      engine.create(volume);
    } catch (ControlException refused) {
      registry.remove(volume.id());
      throw refused;
    }
    VolumeRecord ready = volume.phase(Phase.READY);
    registry.put(ready);
    engine.export(ready);
    return ready;
  }

  /// Makes a volume larger.
  public VolumeInfo resize(String nameOrId, long sizeBytes) {
    VolumeRules.checkSize(sizeBytes);
    return change(
        nameOrId,
        volume -> {
          if (sizeBytes < volume.spec().sizeBytes()) {
            throw new ControlException(
                ProblemCode.SHRINK_REFUSED,
                "Volume '%s' has %s; making it %s would cut data off. Copy to a smaller volume."
                    .formatted(
                        volume.spec().name(),
                        ByteSize.format(volume.spec().sizeBytes()),
                        ByteSize.format(sizeBytes)));
          }
          return volume.sized(sizeBytes);
        });
  }

  /// Changes a volume's limits, at once.
  public VolumeInfo limit(String nameOrId, QosLimits limits) {
    VolumeRules.checkLimits(limits);
    return change(nameOrId, volume -> volume.limited(limits));
  }

  /// Puts a host on the volume's list; one that is there stays.
  public VolumeInfo allowHost(String nameOrId, String host) {
    VolumeRules.checkHost(host);
    return change(
        nameOrId,
        volume -> {
          List<String> hosts = new ArrayList<>(volume.spec().hosts());
          hosts.remove(VolumeSpec.NO_HOST);
          if (!hosts.contains(host)) {
            hosts.add(host);
          }
          VolumeRecord changed = volume.admitting(hosts);
          VolumeRules.check(changed.spec());
          return changed;
        });
  }

  /// Takes a host off the volume's list. The last one stays: an empty list would admit everybody.
  public VolumeInfo revokeHost(String nameOrId, String host) {
    return change(
        nameOrId,
        volume -> {
          List<String> hosts = new ArrayList<>(volume.spec().hosts());
          if (!hosts.remove(host)) {
            throw new ControlException(
                ProblemCode.HOST_NOT_FOUND,
                "'%s' is not on the list of volume '%s': see 'ashlar volume show'."
                    .formatted(host, volume.spec().name()));
          }
          if (hosts.isEmpty()) {
            throw new ControlException(
                ProblemCode.INVALID_REQUEST,
                "'%s' is the last host of volume '%s', and an empty list admits every host: allow"
                        .formatted(host, volume.spec().name())
                    + " another one first, or delete the volume.");
          }
          return volume.admitting(hosts);
        });
  }

  /// Deletes a volume, its key and its data; also one whose deletion could not be finished before.
  public void delete(String nameOrId, DeleteMode mode) {
    exclusively(() -> {
      VolumeRecord volume = find(nameOrId, EnumSet.of(Phase.READY, Phase.DELETING));
      if (mode == DeleteMode.UNUSED) {
        refuseWhileUsed(volume);
      }
      VolumeRecord leaving = volume.phase(Phase.DELETING);
      registry.put(leaving);
      engine.withdraw(leaving);
      finishDeletion(leaving);
      return leaving;
    });
  }

  private void refuseWhileUsed(VolumeRecord volume) {
    List<String> hosts = engine.connected(volume.id());
    if (!hosts.isEmpty()) {
      throw new ControlException(
          ProblemCode.VOLUME_IN_USE,
          "Volume '%s' is in use by %s: disconnect there first, or delete with --force and cut them off."
              .formatted(volume.spec().name(), String.join(", ", hosts)));
    }
  }

  private void finishDeletion(VolumeRecord volume) {
    engine.delete(volume.id());
    registry.remove(volume.id());
  }

  /// Finishes what a crash interrupted and opens every volume to hosts. Once, before anything else.
  ///
  /// @return sentences about what does not fit together
  public List<String> start() {
    return exclusively(() -> new VolumeRecovery(registry, engine, this::finishDeletion).run());
  }

  private VolumeInfo change(String nameOrId, UnaryOperator<VolumeRecord> how) {
    return exclusively(() -> {
      VolumeRecord present = find(nameOrId);
      VolumeRecord changed = how.apply(present);
      if (!changed.equals(present)) {
        if (changed.spec().sizeBytes() != present.spec().sizeBytes()) {
          engine.resize(changed);
        }
        registry.put(changed);
        engine.export(changed);
      }
      return info(changed);
    });
  }

  private VolumeRecord find(String nameOrId) {
    return find(nameOrId, EnumSet.of(Phase.READY));
  }

  private VolumeRecord find(String nameOrId, Set<Phase> phases) {
    return registry.records().stream()
        .filter(each -> phases.contains(each.phase()))
        .filter(
            each -> each.spec().name().equals(nameOrId) || each.id().toString().equals(nameOrId))
        .findFirst()
        .orElseThrow(() -> notFound(nameOrId));
  }

  private ControlException notFound(String nameOrId) {
    String elsewhere = registry.whereElse(nameOrId);
    return elsewhere == null
        ? new ControlException(
            ProblemCode.VOLUME_NOT_FOUND,
            "There is no volume '" + nameOrId + "': see 'ashlar volume list'.")
        : new ControlException(ProblemCode.VOLUME_ELSEWHERE, elsewhere);
  }

  /// Does something with the records after which this node starts again: nothing is changed
  /// meanwhile, nor after it was done.
  public <T> T retire(java.util.function.Function<List<VolumeRecord>, T> action) {
    return exclusively(() -> {
      T done = action.apply(registry.records());
      isRetired = true;
      return done;
    });
  }

  private VolumeInfo info(VolumeRecord volume) {
    VolumeSpec spec = volume.spec();
    return new VolumeInfo(
        volume.id().toString(),
        spec.name(),
        spec.sizeBytes(),
        spec.logicalBlockBytes(),
        spec.encrypted(),
        spec.compressed(),
        spec.qos(),
        spec.hosts(),
        engine.connected(volume.id()),
        names.of(volume.id()));
  }

  private <T> T exclusively(java.util.function.Supplier<T> action) {
    change.lock();
    try {
      if (isRetired) {
        throw new ControlException(
            ProblemCode.NOT_READY, "The node is about to start again: try it then.");
      }
      return action.get();
    } finally {
      change.unlock();
    }
  }
}
