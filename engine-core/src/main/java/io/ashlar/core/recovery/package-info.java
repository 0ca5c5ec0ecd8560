/// Finds where a lane's log ends and hands every group up to there, in order, to whoever rebuilds
/// the state. What a damaged group means is one table, [TailCase].
@NullMarked
package io.ashlar.core.recovery;

import org.jspecify.annotations.NullMarked;
