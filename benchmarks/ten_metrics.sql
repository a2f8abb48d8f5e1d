-- Ten much used metrics with the cuts of the publication plan, written by hand for DuckDB.
-- Per cell the count, its denominator, and the distinct children and schools behind it, since
-- disclosure control needs those. The norm in days is the variable `norm`.

CREATE OR REPLACE TEMP MACRO schooljaar(dag) AS
    CASE WHEN month(dag) >= 8 THEN year(dag) || '/' || (year(dag) + 1)
         ELSE (year(dag) - 1) || '/' || year(dag) END;

CREATE OR REPLACE TEMP MACRO niveau(g, w, v, o, a) AS
    CASE 0 WHEN g THEN 'gemeente' WHEN w THEN 'wijk' WHEN v THEN 'vestiging'
           WHEN o THEN 'onderwijssoort' WHEN a THEN 'aanbieder' ELSE 'totaal' END;

CREATE OR REPLACE TEMP TABLE traject AS
SELECT t.* EXCLUDE (wijkcode), s.gemeente, s.wijkcode AS wijk, s.onderwijssoort,
       schooljaar(t.start_datum) AS begonnen, schooljaar(t.eind_datum) AS geeindigd
FROM smw_trajecten t LEFT JOIN scholen s USING (vestigingscode);

CREATE OR REPLACE TEMP TABLE tien AS
-- smw_trajecten, smw_binnen_norm
SELECT 'smw_trajecten' AS metriek, begonnen AS schooljaar,
       niveau(grouping(gemeente), grouping(wijk), grouping(vestigingscode),
              grouping(onderwijssoort), grouping(aanbieder)) AS niveau,
       coalesce(gemeente, wijk, vestigingscode, onderwijssoort, aanbieder, '') AS gebied,
       CASE 0 WHEN grouping(rol) THEN 'rol' WHEN grouping(inzetsoort) THEN 'inzetsoort'
              WHEN grouping(werkvorm) THEN 'werkvorm' ELSE '' END AS uitsplitsing,
       coalesce(rol, inzetsoort, werkvorm, '') AS categorie,
       count(*) AS teller,
       count(*) FILTER (start_datum - aanmeld_datum <= getvariable('norm')) AS binnen,
       count(DISTINCT leerling_id) AS kinderen,
       count(DISTINCT vestigingscode) AS scholen
FROM traject WHERE begonnen IS NOT NULL
GROUP BY GROUPING SETS (
    (begonnen), (begonnen, gemeente), (begonnen, wijk), (begonnen, vestigingscode),
    (begonnen, onderwijssoort), (begonnen, aanbieder),
    (begonnen, rol), (begonnen, gemeente, rol), (begonnen, onderwijssoort, rol),
    (begonnen, inzetsoort), (begonnen, gemeente, inzetsoort),
    (begonnen, onderwijssoort, inzetsoort), (begonnen, werkvorm), (begonnen, gemeente, werkvorm));

INSERT INTO tien
-- smw_problematiek, smw_preventieniveau (shares of the totals above)
SELECT 'smw_problematiek', begonnen, niveau(grouping(gemeente), 1, 1, grouping(onderwijssoort), 1),
       coalesce(gemeente, onderwijssoort, ''),
       CASE 0 WHEN grouping(problematiek) THEN 'problematiek' ELSE 'preventieniveau' END,
       coalesce(problematiek, preventieniveau, 'onbekend'),
       count(*), NULL, count(DISTINCT leerling_id), count(DISTINCT vestigingscode)
FROM traject WHERE begonnen IS NOT NULL
GROUP BY GROUPING SETS (
    (begonnen, problematiek), (begonnen, preventieniveau), (begonnen, gemeente, preventieniveau),
    (begonnen, onderwijssoort, preventieniveau));

INSERT INTO tien
-- smw_volgens_plan, with all that closed as its denominator
SELECT 'smw_volgens_plan', geeindigd,
       niveau(grouping(gemeente), grouping(wijk), 1, grouping(onderwijssoort),
              grouping(aanbieder)),
       coalesce(gemeente, wijk, onderwijssoort, aanbieder, ''),
       '', '', count(*) FILTER (afsluitreden = 'volgens_plan'), count(*),
       count(DISTINCT leerling_id), count(DISTINCT vestigingscode)
FROM traject WHERE geeindigd IS NOT NULL
GROUP BY GROUPING SETS (
    (geeindigd), (geeindigd, gemeente), (geeindigd, wijk), (geeindigd, onderwijssoort),
    (geeindigd, aanbieder));

INSERT INTO tien
-- smw_afsluitreden
SELECT 'smw_afsluitreden', geeindigd,
       niveau(grouping(gemeente), 1, 1, grouping(onderwijssoort), 1),
       coalesce(gemeente, onderwijssoort, ''), 'afsluitreden', coalesce(afsluitreden, 'onbekend'),
       count(*), NULL, count(DISTINCT leerling_id), count(DISTINCT vestigingscode)
FROM traject WHERE geeindigd IS NOT NULL
GROUP BY GROUPING SETS (
    (geeindigd, afsluitreden), (geeindigd, gemeente, afsluitreden),
    (geeindigd, onderwijssoort, afsluitreden));

INSERT INTO tien
-- smw_leerlingen; its rate per 100 pupils (smw_bereik) is this over the pupils of the area
WITH jaren AS (
    SELECT *, unnest(range(year(start_datum) - (month(start_datum) < 8)::INT,
        year(least(coalesce(eind_datum, getvariable('peildatum')), getvariable('peildatum')))
        - (month(least(coalesce(eind_datum, getvariable('peildatum')),
                       getvariable('peildatum'))) < 8)::INT + 1)) AS jaar
    FROM traject WHERE start_datum <= getvariable('peildatum')),
lopend AS (
    SELECT *, jaar || '/' || (jaar + 1) AS schooljaar,
           CASE WHEN leeftijd <= 3 THEN 'tot_en_met_3' WHEN leeftijd <= 7 THEN '4_tot_en_met_7'
                WHEN leeftijd <= 11 THEN '8_tot_en_met_11' WHEN leeftijd <= 15
                THEN '12_tot_en_met_15' WHEN leeftijd <= 17 THEN '16_en_17'
                ELSE '18_en_ouder' END AS leeftijdsgroep
    FROM jaren)
SELECT 'smw_leerlingen', schooljaar,
       niveau(grouping(gemeente), grouping(wijk), grouping(vestigingscode),
              grouping(onderwijssoort), grouping(aanbieder)),
       coalesce(gemeente, wijk, vestigingscode, onderwijssoort, aanbieder, ''),
       CASE 0 WHEN grouping(leeftijdsgroep) THEN 'leeftijdsgroep'
              WHEN grouping(geslacht) THEN 'geslacht' ELSE '' END,
       coalesce(leeftijdsgroep, geslacht, ''),
       count(DISTINCT leerling_id), NULL, count(DISTINCT leerling_id),
       count(DISTINCT vestigingscode)
FROM lopend
GROUP BY GROUPING SETS (
    (schooljaar), (schooljaar, gemeente), (schooljaar, wijk), (schooljaar, vestigingscode),
    (schooljaar, onderwijssoort), (schooljaar, aanbieder),
    (schooljaar, leeftijdsgroep), (schooljaar, gemeente, leeftijdsgroep),
    (schooljaar, onderwijssoort, leeftijdsgroep), (schooljaar, geslacht),
    (schooljaar, gemeente, geslacht));

INSERT INTO tien
-- vw_aantal
SELECT 'vw_aantal', schooljaar(verwijs_datum),
       niveau(grouping(gemeente), grouping(wijkcode), grouping(vestigingscode),
              grouping(onderwijssoort), 1),
       coalesce(gemeente, wijkcode, vestigingscode, onderwijssoort, ''),
       CASE 0 WHEN grouping(bestemming) THEN 'bestemming' WHEN grouping(hulpsoort)
              THEN 'hulpsoort' WHEN grouping(wettelijk_kader) THEN 'wettelijk_kader'
              ELSE '' END,
       coalesce(bestemming, hulpsoort, wettelijk_kader, ''),
       count(*), NULL, count(DISTINCT leerling_id), count(DISTINCT vestigingscode)
FROM verwijzingen LEFT JOIN scholen USING (vestigingscode) WHERE verwijs_datum IS NOT NULL
GROUP BY GROUPING SETS (
    (schooljaar(verwijs_datum)), (schooljaar(verwijs_datum), gemeente),
    (schooljaar(verwijs_datum), wijkcode), (schooljaar(verwijs_datum), vestigingscode),
    (schooljaar(verwijs_datum), onderwijssoort), (schooljaar(verwijs_datum), bestemming),
    (schooljaar(verwijs_datum), gemeente, bestemming), (schooljaar(verwijs_datum), hulpsoort),
    (schooljaar(verwijs_datum), gemeente, hulpsoort), (schooljaar(verwijs_datum), wettelijk_kader),
    (schooljaar(verwijs_datum), gemeente, wettelijk_kader),
    (schooljaar(verwijs_datum), onderwijssoort, wettelijk_kader));

INSERT INTO tien
-- sch_aantal
SELECT 'sch_aantal', schooljaar(start_datum),
       niveau(grouping(gemeente), grouping(wijkcode), grouping(vestigingscode),
              grouping(onderwijssoort), 1),
       coalesce(gemeente, wijkcode, vestigingscode, onderwijssoort, ''),
       CASE 0 WHEN grouping(soort) THEN 'soort' WHEN grouping(reden) THEN 'reden' ELSE '' END,
       coalesce(soort, reden, ''),
       count(*), NULL, count(DISTINCT leerling_id), count(DISTINCT vestigingscode)
FROM schorsingen LEFT JOIN scholen USING (vestigingscode)
WHERE soort IN ('schorsing_intern', 'schorsing_extern')
GROUP BY GROUPING SETS (
    (schooljaar(start_datum)), (schooljaar(start_datum), gemeente),
    (schooljaar(start_datum), wijkcode), (schooljaar(start_datum), vestigingscode),
    (schooljaar(start_datum), onderwijssoort), (schooljaar(start_datum), soort),
    (schooljaar(start_datum), gemeente, soort), (schooljaar(start_datum), onderwijssoort, soort),
    (schooljaar(start_datum), reden), (schooljaar(start_datum), gemeente, reden));

INSERT INTO tien
-- jh_instroom
SELECT 'jh_instroom', schooljaar(start_datum), niveau(grouping(woongemeente), 1, 1, 1, 1),
       coalesce(woongemeente, ''),
       CASE 0 WHEN grouping(hulpvorm) THEN 'hulpvorm' WHEN grouping(niveau) THEN 'niveau'
              WHEN grouping(verwijzer) THEN 'verwijzer' ELSE '' END,
       coalesce(hulpvorm, niveau::VARCHAR, verwijzer, ''),
       count(*), NULL, count(DISTINCT leerling_id), NULL
FROM jeugdhulp WHERE start_datum IS NOT NULL
GROUP BY GROUPING SETS (
    (schooljaar(start_datum)), (schooljaar(start_datum), woongemeente),
    (schooljaar(start_datum), hulpvorm), (schooljaar(start_datum), woongemeente, hulpvorm),
    (schooljaar(start_datum), niveau), (schooljaar(start_datum), woongemeente, niveau),
    (schooljaar(start_datum), verwijzer), (schooljaar(start_datum), woongemeente, verwijzer));
