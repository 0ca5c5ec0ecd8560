package io.ashlar.target.nvme.subsystem;

import io.ashlar.core.base.Check;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All exports at one moment, by name. Immutable; readers take it through a volatile reference.
public final class SubsystemDirectory {
  public static final SubsystemDirectory EMPTY = new SubsystemDirectory(List.of(), 0);

  private final SequencedMap<String, Subsystem> byNqn = new TreeMap<>();
  private final long generation;

  /// @param generation hosts see it in the discovery log
  public SubsystemDirectory(Collection<Subsystem> subsystems, long generation) {
    for (Subsystem subsystem : subsystems) {
      Check.that(byNqn.put(subsystem.nqn(), subsystem) == null, "a volume is exported once");
    }
    this.generation = generation;
  }

  /// The directory that takes this one's place. Its generation is higher if any host's discovery
  /// log may have changed.
  public SubsystemDirectory next(Collection<Subsystem> subsystems) {
    SubsystemDirectory same = new SubsystemDirectory(subsystems, generation);
    return same.access().equals(access())
        ? same
        : new SubsystemDirectory(subsystems, generation + 1);
  }

  private Map<String, HostAccess> access() {
    Map<String, HostAccess> access = new HashMap<>();
    byNqn.forEach((nqn, subsystem) -> access.put(nqn, subsystem.access()));
    return access;
  }

  public @Nullable Subsystem find(String nqn) {
    return byNqn.get(nqn);
  }

  /// Ordered by name.
  public Collection<Subsystem> all() {
    return Collections.unmodifiableCollection(byNqn.values());
  }

  /// What a host may see, ordered by name.
  public List<Subsystem> visibleTo(String hostNqn) {
    return byNqn.values().stream().filter(s -> s.access().allows(hostNqn)).toList();
  }

  public long generation() {
    return generation;
  }
}
