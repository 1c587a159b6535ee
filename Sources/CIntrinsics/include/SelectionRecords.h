// The records that the selection kernels work on.
//
// They are C, not Swift: for each of its structs a Swift module may emit functions to copy it under
// names that all modules share (`__swift_memcpy24_8`). The linker keeps any one of these, and if that
// is the one compiled for AVX-512, the whole program needs AVX-512. The methods are in Swift.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What one read of a series finds besides its order statistics.
struct SeriesTotals {
    double minimum;
    double maximum;
    /// Arithmetic mean.
    double mean;
    /// Population variance (divided by n, not n − 1).
    double variance;
    /// Number of values strictly above the threshold.
    ptrdiff_t above;
    /// Whether any value is NaN; then the other numbers, `above` apart, are NaN.
    bool containsNaN;
    /// Whether some rank had to be found by radix selection in a copy of part of the series.
    bool fellBack;
    /// Reads of the whole series beyond the first: 0 when every rank fell into its window.
    ptrdiff_t furtherReads;
};

/// Sums, extremes and the count above a threshold, gathered while a series is read.
struct Moments {
    /// A value near the mean that is subtracted before squaring, so that the variance does not drown
    /// in the square of the mean.
    double shift;
    /// NaN where nothing is to be counted.
    double threshold;
    /// Sums of the differences from `shift` and of their squares.
    double sum;
    double squares;
    double minimum;
    double maximum;
    ptrdiff_t above;
    /// From a value that is read to the one that is asked for meanwhile, in values: into the next series
    /// where there is one.
    ptrdiff_t ahead;
};

/// What selection has found out about a series besides its order statistics.
struct Progress {
    struct Moments moments;
    ptrdiff_t furtherReads;
    bool fellBack;
    bool containsNaN;
};

/// A range of values in which some of the wanted ranks are expected, and what the filter pass found
/// about it.
///
/// The range excludes both its ends, so that a value which fills much of the series, and therefore is
/// an end of some window, is never copied: how often it occurs is found by counting.
struct Window {
    /// Excluded ends. `low` is −∞ and `high` +∞ where the sample gave none.
    double low;
    double high;
    /// Ranks of the ends in the sample; −1 and the size of the sample where there is none.
    ptrdiff_t lowSampleRank;
    ptrdiff_t highSampleRank;
    /// Positions in the list of wanted ranks: those expected in this window.
    ptrdiff_t firstRank;
    ptrdiff_t lastRank;

    /// The values in the window.
    double *_Nonnull kept;
    ptrdiff_t keptCount;
    ptrdiff_t capacity;
    /// More values were in the window than `kept` can hold; `inside` still counts all of them.
    bool overflowed;
    /// Number of values in the window.
    ptrdiff_t inside;
    /// Number of values greater than `low`.
    ptrdiff_t above;

    /// With several windows: values greater than `low` that the pass has still to sort into this
    /// window and the ones after it.
    double *_Nonnull waiting;
    ptrdiff_t waitingCount;
    /// Most values that one step of the pass can add to `waiting` or to `kept`.
    ptrdiff_t room;
};

/// Ends of windows as keys (Words.swift): a key is wanted from `low` up to before `high`, and from `nextLow` on.
struct WordEnds {
    int32_t low;
    int32_t high;
    int32_t nextLow;
};

/// The windows of one filter pass.
struct WindowPlan {
    struct Window *_Nonnull windows;
    ptrdiff_t windowCount;
    /// Wanted ranks that the windows serve: the first so many.
    ptrdiff_t rankCount;
    /// Share of the sample that lies in the windows.
    double coverage;
};

/// A series of 32-bit values as their bits: floats, unsigned integers, or keys (Words.swift).
struct Words {
    const int32_t *_Nonnull start;
    bool areFloats;
    /// The bits in which a key differs from a value that is no float: the sign of unsigned integers, none of keys.
    int32_t flipped;
};

/// Wanted ranks that did not fall into their window.
struct MissedRanks {
    /// The series, of which there is one or the other.
    const double *_Nullable values;
    struct Words words;
    ptrdiff_t count;
    /// Positions in the list of wanted ranks, ascending, and the window each was expected in.
    ptrdiff_t *_Nonnull positions;
    ptrdiff_t *_Nonnull windowNumbers;
    ptrdiff_t missedCount;
    /// For each window: values less than its low end, and greater than its high end.
    ptrdiff_t *_Nonnull lessThanLow;
    ptrdiff_t *_Nonnull greaterThanHigh;
};

/// A value and how much it counts.
struct WeightedValue {
    double value;
    double weight;
};

/// What one read of values and weights tells about them.
struct WeightedTotals {
    double minimum;
    double maximum;
    double weight;
    bool containsNaN;
    /// Place of the first weight that is negative, infinite or NaN; −1 if there is none.
    ptrdiff_t firstInvalidWeight;
};

/// Weights summed over equal ranges of the ordered bits of their values.
///
/// The bits of a float are roughly its logarithm, so the ranges widen with the values as those of a
/// log-linear histogram do, without computing a logarithm.
struct WeightHistogram {
    /// Two sums to a bucket.
    double *_Nonnull sums;
    ptrdiff_t bucketCount;
    /// Ordered bits of the least and of the greatest value.
    uint64_t least;
    uint64_t greatest;
    /// Low bits that a bucket spans.
    uint64_t shift;
};

/// A map from the values of a series to the buckets that it is selected from, which never decreases.
struct BucketMap {
    /// The least value.
    double least;
    /// The inverse of the distance to the greatest.
    double scale;
    /// What is added to places from 0 to 1.
    double lift;
    /// Bits of a lifted place that are cut off.
    uint64_t dropped;
    /// What is left of the lowest place.
    uint64_t first;
};

/// A bucket that holds wanted ranks.
struct TargetBucket {
    ptrdiff_t number;
    /// Values below it, and in it.
    ptrdiff_t below;
    ptrdiff_t inside;
    /// The least value in it and how often that one occurs; 0 times where it is not known.
    double value;
    ptrdiff_t repetitions;
};
