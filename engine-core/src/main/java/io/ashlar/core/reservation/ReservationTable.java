package io.ashlar.core.reservation;

import io.ashlar.core.base.Check;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One volume's registrations and reservation. A pure state machine on the volume's shard. Hosts'
/// commands change it through its [ReservationGate], so that a change is durable before its host is
/// answered.
///
/// How the protocols' commands map:
///
/// | SCSI PERSISTENT RESERVE OUT | NVMe | here |
/// |---|---|---|
/// | REGISTER, not registered, key 0 | Register | [#register] |
/// | REGISTER, registered, new key not 0 | Replace | [#replace] |
/// | REGISTER, registered, new key 0 | Unregister | [#unregister] |
/// | REGISTER AND IGNORE EXISTING KEY | any of these with IEKEY | [#registerIgnoringKey], [#unregisterIgnoringKey] |
/// | RESERVE, RELEASE, CLEAR | Acquire, Release, Clear | [#reserve], [#release], [#clear] |
/// | PREEMPT, PREEMPT AND ABORT | Preempt, Preempt and Abort | [#preempt] |
public final class ReservationTable {
  /// How many hosts may be registered with a volume.
  public static final int REGISTRANTS_MAX = 128;

  /// In order of registration, which reports keep.
  private final LinkedHashMap<HostIdentity, Registrant> registrants = new LinkedHashMap<>();

  private final ReservationGate gate = new ReservationGate(this);
  private final List<ReservationListener> listeners = new ArrayList<>();
  private @Nullable ReservationType type;

  /// Null if there is no reservation, or all registrants hold it.
  private @Nullable HostIdentity holder;

  private Persistence persistence = Persistence.VOLATILE;
  private int generation;
  private long version;

  /// Rises with each change, so that sessions may keep a verdict as long as it stays.
  public long version() {
    return version;
  }

  /// PRGENERATION or GEN: counts registrations, clears and preemptions, not reserve and release.
  public int generation() {
    return generation;
  }

  public Persistence persistence() {
    return persistence;
  }

  /// The reservation's type; null if there is none.
  public @Nullable ReservationType type() {
    return type;
  }

  /// Who holds the reservation; null if nobody does, or all registrants.
  public @Nullable HostIdentity holder() {
    return holder;
  }

  /// What hosts' changes go through.
  public ReservationGate gate() {
    return gate;
  }

  public boolean isHolder(HostIdentity host) {
    ReservationType held = type;
    return held != null && (held.isHeldByAll() ? isRegistered(host) : host.equals(holder));
  }

  /// The registrants in order of their registration; a view.
  public Collection<Registrant> registrants() {
    return registrants.values();
  }

  public boolean isRegistered(HostIdentity host) {
    return registrants.containsKey(host);
  }

  /// The host's key, or 0 if it is not registered.
  public long keyOf(HostIdentity host) {
    Registrant registrant = registrants.get(host);
    return registrant == null ? 0 : registrant.key();
  }

  public boolean mayRead(HostIdentity host) {
    ReservationType held = type;
    return held == null || held.letsAllRead() || hasAccess(held, host);
  }

  public boolean mayWrite(HostIdentity host) {
    ReservationType held = type;
    return held == null || hasAccess(held, host);
  }

  private boolean hasAccess(ReservationType held, HostIdentity host) {
    return held.admitsRegistrants() ? isRegistered(host) : host.equals(holder);
  }

  public void addListener(ReservationListener listener) {
    listeners.add(listener);
  }

  public void removeListener(ReservationListener listener) {
    listeners.remove(listener);
  }

  /// Registers a host. Again with the same key is as good as once; with another key it conflicts.
  public ReservationOutcome register(HostIdentity host, long key) {
    if (isRegistered(host) && keyOf(host) != key) {
      return ReservationOutcome.CONFLICT;
    }
    return registerIgnoringKey(host, key);
  }

  /// Gives a registrant another key; it keeps what it holds.
  public ReservationOutcome replace(HostIdentity host, long currentKey, long key) {
    if (!isProved(host, currentKey)) {
      return ReservationOutcome.CONFLICT;
    }
    return registerIgnoringKey(host, key);
  }

  /// Registers a host, or gives a registrant another key whatever its present one.
  public ReservationOutcome registerIgnoringKey(HostIdentity host, long key) {
    if (key == 0) {
      return ReservationOutcome.INVALID;
    }
    if (registrants.size() == REGISTRANTS_MAX && !isRegistered(host)) {
      return ReservationOutcome.FULL;
    }
    registrants.put(host, new Registrant(host, key));
    generation++;
    return changed();
  }

  /// Removes a registration, and with it the reservation if nobody holds it any more.
  public ReservationOutcome unregister(HostIdentity host, long currentKey) {
    return isProved(host, currentKey) ? unregisterIgnoringKey(host) : ReservationOutcome.CONFLICT;
  }

  /// As [#unregister], whatever the host's key.
  public ReservationOutcome unregisterIgnoringKey(HostIdentity host) {
    if (registrants.remove(host) == null) {
      return ReservationOutcome.CONFLICT;
    }
    generation++;
    ReservationType held = type;
    if (held != null && isOrphaned(held)) {
      endReservation();
      if (held.admitsRegistrants()) {
        notifyAllBut(host, ReservationNotice.RESERVATION_RELEASED);
      }
    }
    return changed();
  }

  /// Whether the reservation has lost its holder, or its last one.
  private boolean isOrphaned(ReservationType held) {
    HostIdentity one = holder;
    return held.isHeldByAll() ? registrants.isEmpty() : one == null || !isRegistered(one);
  }

  /// Reserves the volume. The holder may ask again for what it has.
  public ReservationOutcome reserve(HostIdentity host, long currentKey, ReservationType wanted) {
    if (!isProved(host, currentKey)) {
      return ReservationOutcome.CONFLICT;
    }
    if (type == null) {
      beginReservation(host, wanted);
      return changed();
    }
    return isHolder(host) && type == wanted ? ReservationOutcome.OK : ReservationOutcome.CONFLICT;
  }

  /// Ends the host's reservation. A registrant that holds none succeeds and changes nothing.
  ///
  /// @param released the type that the host believes it holds
  public ReservationOutcome release(HostIdentity host, long currentKey, ReservationType released) {
    if (!isProved(host, currentKey)) {
      return ReservationOutcome.CONFLICT;
    }
    if (!isHolder(host)) {
      return ReservationOutcome.OK;
    }
    if (type != released) {
      return ReservationOutcome.INVALID;
    }
    endReservation();
    if (released.admitsRegistrants()) {
      notifyAllBut(host, ReservationNotice.RESERVATION_RELEASED);
    }
    return changed();
  }

  /// Removes the reservation and all registrations, the host's own too.
  public ReservationOutcome clear(HostIdentity host, long currentKey) {
    if (!isProved(host, currentKey)) {
      return ReservationOutcome.CONFLICT;
    }
    notifyAllBut(host, ReservationNotice.RESERVATION_PREEMPTED);
    registrants.clear();
    endReservation();
    generation++;
    return changed();
  }

  /// Removes the registrations that have `preemptKey`, and takes over the reservation if one of
  /// them holds it. Where all registrants hold it, `preemptKey` 0 removes all others and takes
  /// over.
  ///
  /// @param wanted the type of the new reservation, if one is taken over
  /// @param preempted gets the hosts that lost their registration: those whose commands PREEMPT AND
  ///   ABORT aborts
  public ReservationOutcome preempt(
      HostIdentity host,
      long currentKey,
      long preemptKey,
      ReservationType wanted,
      Collection<HostIdentity> preempted) {
    if (!isProved(host, currentKey)) {
      return ReservationOutcome.CONFLICT;
    }
    ReservationType held = type;
    boolean isHeldByAll = held != null && held.isHeldByAll();
    if (preemptKey == 0 && !isHeldByAll) {
      return ReservationOutcome.INVALID;
    }
    if (preemptKey == 0) {
      takeOver(host, wanted, registrant -> true, preempted);
    } else if (holder != null && keyOf(holder) == preemptKey) {
      takeOver(host, wanted, registrant -> registrant.key() == preemptKey, preempted);
    } else if (!removeKey(host, preemptKey, preempted)) {
      return ReservationOutcome.CONFLICT;
    }
    generation++;
    return changed();
  }

  private void takeOver(
      HostIdentity host,
      ReservationType wanted,
      Predicate<Registrant> isPreempted,
      Collection<HostIdentity> preempted) {
    ReservationType before = type;
    remove(
        registrant -> isPreempted.test(registrant) && !registrant.host().equals(host), preempted);
    endReservation();
    beginReservation(host, wanted);
    // Those who remain learn that the rules changed before the ones who lost all learn that.
    if (before != wanted) {
      notifyAllBut(host, ReservationNotice.RESERVATION_RELEASED);
    }
    notifyAll(preempted, ReservationNotice.REGISTRATION_PREEMPTED);
  }

  /// Removes registrations that hold nothing alone; the host's own is not spared (SPC-4
  /// 5.13.11.2.5).
  private boolean removeKey(HostIdentity host, long key, Collection<HostIdentity> preempted) {
    remove(registrant -> registrant.key() == key, preempted);
    if (preempted.isEmpty()) {
      return false;
    }
    ReservationType held = type;
    if (held != null && isOrphaned(held)) {
      endReservation();
    }
    List<HostIdentity> others = new ArrayList<>(preempted);
    others.remove(host);
    notifyAll(others, ReservationNotice.REGISTRATION_PREEMPTED);
    return true;
  }

  private void remove(Predicate<Registrant> which, Collection<HostIdentity> removed) {
    Check.that(removed.isEmpty(), "room for the preempted is empty", removed.size());
    for (Iterator<Registrant> all = registrants.values().iterator(); all.hasNext(); ) {
      Registrant one = all.next();
      if (which.test(one)) {
        all.remove();
        removed.add(one.host());
      }
    }
  }

  /// Sets what a loss of power does; part of a successful registration command.
  public ReservationOutcome persist(Persistence next) {
    persistence = next;
    return changed();
  }

  /// What a loss of power does: forgets registrations and reservation unless they persist. The
  /// generation starts from 0 (SPC-4 6.15.2).
  public void losePower() {
    generation = 0;
    if (persistence == Persistence.VOLATILE) {
      registrants.clear();
      endReservation();
    }
    changed();
  }

  /// Replaces everything by what was decoded and proved; listeners stay.
  void load(
      Collection<Registrant> loaded,
      @Nullable ReservationType loadedType,
      @Nullable HostIdentity loadedHolder,
      Persistence loadedPersistence,
      int loadedGeneration) {
    registrants.clear();
    loaded.forEach(registrant -> registrants.put(registrant.host(), registrant));
    type = loadedType;
    holder = loadedHolder;
    persistence = loadedPersistence;
    generation = loadedGeneration;
    changed();
  }

  private boolean isProved(HostIdentity host, long currentKey) {
    return isRegistered(host) && keyOf(host) == currentKey;
  }

  private void beginReservation(HostIdentity host, ReservationType wanted) {
    type = wanted;
    holder = wanted.isHeldByAll() ? null : host;
  }

  private void endReservation() {
    type = null;
    holder = null;
  }

  private ReservationOutcome changed() {
    version++;
    return ReservationOutcome.OK;
  }

  /// PREEMPT AND ABORT: what these hosts have under way is to be withdrawn, whatever protocol they
  /// speak.
  public void abortCommandsOf(Collection<HostIdentity> hosts) {
    for (HostIdentity host : hosts) {
      for (ReservationListener listener : listeners) {
        listener.onAbort(host);
      }
    }
  }

  private void notifyAllBut(HostIdentity host, ReservationNotice notice) {
    for (HostIdentity other : List.copyOf(registrants.keySet())) {
      if (!other.equals(host)) {
        notifyOne(other, notice);
      }
    }
  }

  private void notifyAll(Collection<HostIdentity> hosts, ReservationNotice notice) {
    hosts.forEach(host -> notifyOne(host, notice));
  }

  private void notifyOne(HostIdentity host, ReservationNotice notice) {
    for (ReservationListener listener : listeners) {
      listener.onNotice(host, notice);
    }
  }
}
