package io.ashlar.cli;

import io.ashlar.control.ByteSize;
import io.ashlar.control.ScrubInfo;
import io.ashlar.control.ScrubInfo.Findings;
import io.ashlar.control.TimeSpan;
import java.io.PrintWriter;

/// A scrub's figures as text for people.
final class ScrubText {
  private ScrubText() {}

  static void details(ScrubInfo scrub, PrintWriter out) {
    String startedAt = scrub.startedAt();
    new Fields()
        .add("State", state(scrub))
        .add("Began", startedAt == null ? "not since the node started" : startedAt)
        .add("Last pass", lastPass(scrub))
        .add("Found", found(scrub.foundByPass()))
        .add("Found in all", found(scrub.foundSinceStart()) + ", since start")
        .add("Read", ByteSize.format(scrub.bytesRead()) + " since start")
        .add("By itself", interval(scrub.intervalSeconds()))
        .print(out);
  }

  /// One line: what it does, when it last ended, and what was found since the node started.
  static String summary(ScrubInfo scrub) {
    return "%s; last pass %s; found %s"
        .formatted(state(scrub), lastPass(scrub), found(scrub.foundSinceStart()));
  }

  private static String state(ScrubInfo scrub) {
    String place = "segment %d of %d".formatted(scrub.segment(), scrub.segments());
    if (scrub.hasPassUnderWay()) {
      return (scrub.state().equals(ScrubInfo.ASKED) ? "running, " : "running slowly, ") + place;
    }
    return scrub.segment() == 0 ? "idle" : "idle, goes on at " + place;
  }

  private static String lastPass(ScrubInfo scrub) {
    String endedAt = scrub.endedAt();
    return endedAt == null ? "none ended yet" : "ended " + endedAt;
  }

  private static String found(Findings found) {
    if (found.equals(Findings.NONE)) {
      return "nothing";
    }
    return "%s, %s (%d written anew), %s"
        .formatted(
            count(found.damagedBlocks(), "damaged block"),
            count(found.damagedPages(), "damaged page"),
            found.repairedPages(),
            count(found.failedReads(), "failed read"));
  }

  private static String count(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }

  private static String interval(long seconds) {
    return seconds == 0 ? "never: when it is asked for" : "every " + TimeSpan.format(seconds);
  }
}
