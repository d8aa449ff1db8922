import { Box, Card } from "@shopify/polaris";
import { Children, type ReactNode } from "react";
import styles from "./card-grid.module.css";

/** Cards of one height per row: three, two or one beside each other, by the room there is. */
export function CardGrid({ children }: { children: ReactNode }) {
  return (
    <ul className={styles.grid}>
      {Children.map(children, (child) => (
        <li className={styles.cell}>
          <Card>{child}</Card>
        </li>
      ))}
    </ul>
  );
}

/** A wide card and a narrow one of one height, in line with the grid's three columns; stacked where there is no room. */
export function CardPair({ children }: { children: ReactNode }) {
  return (
    <div className={styles.pair}>
      {Children.map(children, (child) => (
        <div className={styles.cell}>{child}</div>
      ))}
    </div>
  );
}

/** Text between cards. On a phone cards reach the edges and text must not. */
export function BetweenCards({ children }: { children: ReactNode }) {
  return <Box paddingInline={{ xs: "400", sm: "0" }}>{children}</Box>;
}
