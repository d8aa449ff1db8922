import type { Figure } from "../modules/dashboards/dashboard-page.ts";
import type { ShopView } from "../modules/health/pages.ts";
import { formatFigure, remarkOn } from "./dashboard-words.ts";
import styles from "./figure-tiles.module.css";

interface FigureTilesProps {
  figures: readonly Figure[];
  /** Days of the period. */
  length: number;
  view: ShopView;
}

/** A longer number has no room beside another on a phone. */
const LONGEST_BESIDE = 10;

/** A period's numbers at a glance, each with its change and what it is. */
export function FigureTiles({ figures, length, view }: FigureTilesProps) {
  const values = figures.map(({ value, unit }) => formatFigure(value, unit, view));
  return (
    <dl
      className={styles.tiles}
      data-columns={figures.length % 3 === 0 ? 3 : 4}
      data-wide={values.some(({ length: characters }) => characters > LONGEST_BESIDE)}
    >
      {figures.map((figure, index) => (
        <div key={figure.key} className={styles.tile}>
          <dt>{figure.label}</dt>
          <dd className={styles.value}>{values[index]}</dd>
          <dd>{remarkOn(figure, length, view)}</dd>
          {figure.about ? <dd className={styles.about}>{figure.about}</dd> : null}
        </div>
      ))}
    </dl>
  );
}
