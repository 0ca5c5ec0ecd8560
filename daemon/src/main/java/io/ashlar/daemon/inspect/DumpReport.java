package io.ashlar.daemon.inspect;

import java.io.PrintWriter;

/// What `ashlar inspect --dump` says.
///
/// @param offset on the device
/// @param what lies there, as a sentence
/// @param dump lines of offset, bytes and meaning
public record DumpReport(long offset, String what, String dump) {
  void print(PrintWriter out) {
    out.println(what);
    out.println();
    out.print(dump);
  }
}
