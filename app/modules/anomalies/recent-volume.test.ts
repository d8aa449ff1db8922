import negativeBinomial from "@stdlib/stats-base-dists-negative-binomial-cdf";
import poisson from "@stdlib/stats-base-dists-poisson-cdf";
import { expect, test } from "vitest";
import { forecastDay } from "./day-forecast.ts";
import { recentVolume } from "./recent-volume.ts";

const START = 20_001;

const volumeOf = (values: number[]) => {
  const forecast = forecastDay({ days: values.map((_, i) => START + i), values }, START + values.length)!;
  const flat = { ...forecast, pattern: { ...forecast.pattern, effects: [0, 0, 0, 0, 0, 0, 0] } };
  return recentVolume(flat, forecast.openDays, true);
};

const moments = (values: number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (values.length - 1);
  return { mean, variance, cautious: mean - 1.5 * Math.sqrt(variance / values.length) };
};

test("bursty counts: the chance of an empty day is the negative binomial's at the cautious mean", () => {
  const values = Array.from({ length: 42 }, (_, i) => [2, 9, 30, 30, 5][i % 5]!);
  const { mean, variance, cautious } = moments(values);
  const size = mean ** 2 / (variance - mean);
  const chance = negativeBinomial(0, size, size / (size + cautious));
  expect(10 ** -volumeOf(values).emptySurprise(1)).toBeCloseTo(chance, 10);
});

test("steady counts: it is Poisson's", () => {
  const values = Array.from({ length: 42 }, (_, i) => [3, 4, 5, 4][i % 4]!);
  const { cautious } = moments(values);
  expect(10 ** -volumeOf(values).emptySurprise(1)).toBeCloseTo(poisson(0, cautious), 6);
});
