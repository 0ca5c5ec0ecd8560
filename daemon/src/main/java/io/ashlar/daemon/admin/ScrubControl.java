package io.ashlar.daemon.admin;

import io.ashlar.control.ControlException;
import io.ashlar.control.ScrubInfo;

/// The pool's scrub, as the API drives it.
public interface ScrubControl {
  ScrubInfo status();

  /// Starts a pass, or makes the slow one under way fast.
  ///
  /// @throws ControlException [ProblemCode#SCRUB_RUNNING] if one that was asked for is under way,
  ///   [ProblemCode#NOT_READY] if the pool failed
  ScrubInfo start();

  /// Ends the pass under way; the next one goes on where it was.
  ///
  /// @throws ControlException [ProblemCode#SCRUB_NOT_RUNNING] if there is none,
  ///   [ProblemCode#NOT_READY] if the pool failed
  ScrubInfo stop();
}
