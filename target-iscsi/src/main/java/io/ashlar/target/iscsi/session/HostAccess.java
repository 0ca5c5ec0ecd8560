package io.ashlar.target.iscsi.session;

import io.ashlar.core.base.Check;
import org.jspecify.annotations.Nullable;

/// How one initiator may log in.
///
/// @param initiator what the initiator must prove; null asks for no proof
/// @param target what the target proves if the initiator asks (mutual CHAP); null for nothing
public record HostAccess(@Nullable ChapCredential initiator, @Nullable ChapCredential target) {
  /// Anyone who says the name: for networks that are trusted.
  public static final HostAccess UNAUTHENTICATED = new HostAccess(null, null);

  public HostAccess {
    Check.that(
        initiator == null || target == null || !initiator.secret().sameAs(target.secret()),
        "the two directions of CHAP have different secrets");
    Check.that(target == null || initiator != null, "mutual CHAP needs the initiator's secret");
  }
}
