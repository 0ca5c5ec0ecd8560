package io.ashlar.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.segment.FreeSegments;
import io.ashlar.core.segment.SegmentTable;
import org.agrona.concurrent.UnsafeBuffer;

/// Any bytes as a checkpoint's body: refused with a sentence, or restored into a real index and a
/// real segment table without one of their checks failing.
///
/// Input: the body.
class CheckpointBodyFuzzTest {
  @FuzzTest(maxExecutions = 1_000_000, maxDuration = "2h")
  void shouldRestoreABodyOrRefuseIt(byte[] input) {
    SegmentTable segments =
        new SegmentTable(BodyForge.GEOMETRY, FreeSegments.of(BodyForge.GEOMETRY.segments()));
    CheckpointBodyReader reader =
        new CheckpointBodyReader(new UnsafeBuffer(input), input.length, BodyForge.GEOMETRY);
    try {
      IndexRestore index = new IndexRestore(CheckpointBodyReaderTest.index());
      for (CheckpointVolume volume : reader.restore(BodyForge.NUMBER, segments, index)) {
        assertThat(index.index().blocks(volume.entry().layer())).isPositive();
      }
    } catch (CorruptRecordException refused) {
      assertThat(refused.getMessage()).isNotEmpty();
    }
  }
}
